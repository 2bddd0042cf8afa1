import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant } from '../clock.ts'
import { serverId } from '../ids.ts'
import { Wakes } from './wakes.ts'

const id = serverId

test('what is due comes out earliest first, and only once', () => {
  const wakes = new Wakes()
  wakes.set(id(1), instant(30))
  wakes.set(id(2), instant(10))
  wakes.set(id(3), instant(99))
  expect(wakes.earliest()).toBe(10)
  expect(wakes.takeDue(instant(30))).toEqual([2, 1])
  expect(wakes.takeDue(instant(30))).toEqual([])
  expect(wakes.earliest()).toBe(99)
})

test('setting again replaces, and undefined forgets', () => {
  const wakes = new Wakes()
  wakes.set(id(1), instant(10))
  wakes.set(id(1), instant(50))
  wakes.set(id(2), instant(20))
  wakes.set(id(2), undefined)
  expect(wakes.takeDue(instant(40))).toEqual([])
  expect(wakes.takeDue(instant(50))).toEqual([1])
})

test('for any history it answers what a plain map would', () => {
  const step = fc.record({
    id: fc.integer({ min: 1, max: 8 }),
    at: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 800, size: 'max' }), fc.integer({ min: 0, max: 50 }), (steps, now) => {
      const wakes = new Wakes()
      const model = new Map<number, number>()
      for (const { id: server, at } of steps) {
        wakes.set(id(server), at === undefined ? undefined : instant(at))
        if (at === undefined) model.delete(server)
        else model.set(server, at)
      }
      const due = [...model].filter(([, at]) => at <= now).map(([server]) => server)
      const taken = wakes.takeDue(instant(now))
      expect([...taken].sort()).toEqual(due.sort())
      expect(taken.map((server) => model.get(server))).toEqual(
        taken.map((server) => model.get(server)).sort((a, b) => (a ?? 0) - (b ?? 0)),
      )
    }),
  )
})
