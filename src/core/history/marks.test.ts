import { expect, test } from 'vitest'
import { type Timestamp, timestamp } from '../clock.ts'
import { followed, isBelieved, type Marks, marksAt } from './marks.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YEARS = 3_650 * DAY
const START = timestamp(Date.UTC(2026, 0, 1, 12))
const at = (ms: number): Timestamp => timestamp(START + ms)

/** Looked at every hour from one moment to another, both by the clock. */
function through(marks: Marks, from: number, until: number): Marks {
  let now = marks
  for (let ms = from; ms <= until; ms += HOUR) now = followed(now, at(ms))
  return now
}

test('marks that the clock keeps close to are left alone, and it is believed', () => {
  const marks = marksAt(at(0))
  expect(followed(marks, at(2 * DAY))).toEqual(marks)
  expect(isBelieved(marks, at(2 * DAY))).toBe(true)
})

test.for([YEARS, -YEARS, 3 * DAY, -3 * DAY])('a clock that leapt by %i ms is believed after a day of it', (leap) => {
  const leapt = followed(marksAt(at(0)), at(leap))
  expect(isBelieved(leapt, at(leap))).toBe(false)
  const later = through(leapt, leap, leap + DAY - 1)
  expect(later).toEqual({ ...marksAt(at(0)), leaptAt: at(leap) })
  expect(isBelieved(later, at(leap + DAY - 1))).toBe(false)
  expect(isBelieved(followed(later, at(leap + DAY)), at(leap + DAY))).toBe(true)
})

test.for([YEARS, -YEARS])('a clock that was set back where it belongs within a day left no trace: %i ms', (leap) => {
  const away = through(marksAt(at(0)), leap, leap + 20 * HOUR)
  const back = followed(away, at(20 * HOUR))
  expect(back).toEqual(marksAt(at(0)))
  expect(isBelieved(back, at(20 * HOUR))).toBe(true)
})

test('each leap has its day', () => {
  const once = through(marksAt(at(0)), YEARS, YEARS + 20 * HOUR)
  const twice = through(once, -YEARS, -YEARS + 20 * HOUR)
  expect(isBelieved(twice, at(-YEARS + 20 * HOUR))).toBe(false)
  expect(isBelieved(followed(twice, at(-YEARS + DAY)), at(-YEARS + DAY))).toBe(true)
})

test('once believed, a clock far ahead is caught up with from the oldest hour of any use', () => {
  const ahead = through(marksAt(at(0)), YEARS, YEARS + DAY)
  expect(ahead).toMatchObject({ hour: at(YEARS - 90 * DAY), leaptAt: at(YEARS) })
  const caughtUp = followed({ ...ahead, hour: at(YEARS) }, at(YEARS + DAY))
  expect(caughtUp).toMatchObject({ hour: at(YEARS), leaptAt: undefined })
})

test('once believed, a clock far behind is gone on with from where it was set', () => {
  const behind = through(marksAt(at(0)), -YEARS, -YEARS + DAY)
  expect(behind).toEqual(marksAt(at(-YEARS)))
})

test('a clock set back a little begins with the hour it is in again', () => {
  expect(followed(marksAt(at(5 * HOUR)), at(2.5 * HOUR))).toEqual(marksAt(at(2 * HOUR)))
})
