import { type Timestamp, timestamp } from '../clock.ts'
import type { Limits } from '../ports.ts'
import { ROLL_UP_MS } from './roll-up.ts'

/** How long history is kept, in days. `days` is for logs and events unless they have a time of their own. */
export type Retention = {
  readonly days: number
  readonly healthLogDays: number | undefined
  readonly eventDays: number | undefined
  readonly incidentDays: number
  readonly callDays: number
  /** Of what was said in calls. */
  readonly payloadDays: number
}

export const DEFAULT_INCIDENT_DAYS = 365
export const DEFAULT_CALL_DAYS = 7
export const DEFAULT_PAYLOAD_DAYS = 2

const DAY_MS = ROLL_UP_MS.day
/** Spans are what uptime is made of: kept as long as the longest period that is shown, and a little more. */
const KEPT_MS = { minute: 2 * DAY_MS, hour: 91 * DAY_MS, day: 730 * DAY_MS, spans: 91 * DAY_MS } as const

/** What may go at `now`. Roll-ups stay until they are in the next size, whose marks say how far that is. */
export function limitsOf(
  { days, healthLogDays, eventDays, incidentDays, callDays, payloadDays }: Retention,
  marks: { readonly hour: Timestamp; readonly day: Timestamp },
  now: Timestamp,
): Limits {
  const before = (ms: number) => timestamp(now - ms)
  return {
    checks: before((healthLogDays ?? days) * DAY_MS),
    events: before((eventDays ?? days) * DAY_MS),
    incidents: before(incidentDays * DAY_MS),
    calls: before(callDays * DAY_MS),
    payloads: before(payloadDays * DAY_MS),
    spans: earlier(before(KEPT_MS.spans), marks.hour),
    minute: earlier(before(KEPT_MS.minute), marks.hour),
    hour: earlier(before(KEPT_MS.hour), marks.day),
    day: before(KEPT_MS.day),
  }
}

const earlier = (a: Timestamp, b: Timestamp): Timestamp => (a < b ? a : b)
