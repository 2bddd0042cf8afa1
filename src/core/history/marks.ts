import { type Timestamp, timestamp } from '../clock.ts'
import { ROLL_UP_MS } from './roll-up.ts'

/** Up to where everything is rolled up: into hours, and into days. */
export type Marks = {
  readonly hour: Timestamp
  readonly day: Timestamp
  /** What the wall clock said when it was found far from where it should be. */
  readonly leaptAt: Timestamp | undefined
}

const { hour: HOUR_MS, day: DAY_MS } = ROLL_UP_MS
/** So far from the marks the clock must have leapt, or we were away. What a shorter leap removes too early is little. */
const LEAP_MS = 2 * DAY_MS
/** A clock that leapt is believed after so long; a wrong one can be set right until then. */
const TRIAL_MS = DAY_MS
/** How far behind roll-ups begin at most: hours before that are of no more use. */
const LONGEST_MS = 91 * DAY_MS

export const marksAt = (now: Timestamp): Marks => ({
  hour: floor(now, HOUR_MS),
  day: floor(now, DAY_MS),
  leaptAt: undefined,
})

/** The marks as of `now`, wherever the wall clock went; the same object when nothing is new. */
export function followed(marks: Marks, now: Timestamp): Marks {
  const { hour, leaptAt } = marks
  if (Math.abs(now - hour) <= LEAP_MS) {
    if (hour > now) return marksAt(now)
    return leaptAt === undefined ? marks : { ...marks, leaptAt: undefined }
  }
  if (leaptAt === undefined || now < leaptAt) return { ...marks, leaptAt: now }
  if (!isBelieved(marks, now)) return marks
  if (hour > now) return marksAt(leaptAt)
  const earliest = marksAt(timestamp(now - LONGEST_MS))
  return hour < earliest.hour ? { ...earliest, leaptAt } : marks
}

/** Whether what is old by this clock is old. */
export const isBelieved = ({ leaptAt }: Marks, now: Timestamp): boolean =>
  leaptAt === undefined || now - leaptAt >= TRIAL_MS

const floor = (at: Timestamp, ms: number): Timestamp => timestamp(Math.floor(at / ms) * ms)
