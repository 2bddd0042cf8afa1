import { expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fakes.ts'
import { Deadlines } from './deadlines.ts'

function timed(deadlines: Deadlines, ms: number, expired: number[]) {
  const one = { endsAt: deadlines.after(ms), place: -1, expire: () => void expired.push(ms) }
  deadlines.add(one)
  return one
}

test('what takes too long is ended, whatever was taken out beside it, and what has more time is not', async () => {
  const clock = new FakeClock()
  const deadlines = new Deadlines(clock)
  const expired: number[] = []
  const all = [1_000, 2_000, 3_000, 4_000].map((ms) => timed(deadlines, ms, expired))
  const [first] = all
  if (first) deadlines.remove(first)
  if (first) deadlines.remove(first)
  await clock.advance(3_100)
  expect(new Set(expired)).toEqual(new Set([2_000, 3_000]))
})

test('what is added while others end is ended too, and no timer is left once nothing is timed', async () => {
  const clock = new FakeClock()
  const deadlines = new Deadlines(clock)
  const expired: number[] = []
  const first = {
    endsAt: deadlines.after(1_000),
    place: -1,
    expire: () => {
      deadlines.remove(first)
      second = timed(deadlines, 1_000, expired)
    },
  }
  let second: typeof first | undefined
  deadlines.add(first)
  await clock.advance(1_000)
  expect(clock.waiting).toBe(1)
  await clock.advance(1_000)
  expect(expired).toEqual([1_000])
  if (second) deadlines.remove(second)
  expect(clock.waiting).toBe(0)
})
