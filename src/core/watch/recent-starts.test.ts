import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant } from '../clock.ts'
import { RecentStarts } from './recent-starts.ts'

test('it counts the starts of the last second, however many there were before', () => {
  const step = fc.record({ starts: fc.integer({ min: 0, max: 300 }), pauseMs: fc.integer({ min: 0, max: 700 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
      const recent = new RecentStarts()
      const all: number[] = []
      let now = 0
      for (const { starts, pauseMs } of steps) {
        for (let n = 0; n < starts; n++) recent.add(instant(now))
        all.push(...Array.from({ length: starts }, () => now))
        now += pauseMs
        const young = all.filter((at) => now - at < 1_000)
        expect(recent.countAt(instant(now))).toBe(young.length)
        expect(recent.fewerAt(instant(now))).toBe((young[0] ?? now) + 1_000)
      }
    }),
  )
})
