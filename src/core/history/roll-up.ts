import { OUTCOMES, type Outcome } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import { mergeSketches, type Sketch } from './sketch.ts'

const MINUTE_MS = 60_000

/** Lengths of roll-ups. Times of availability are in those of hours and days; of minutes the spans tell. */
export const ROLL_UP_MS = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 1_440 * MINUTE_MS } as const
export type RollUpSize = keyof typeof ROLL_UP_MS

export type OutcomeCounts = Readonly<Record<Outcome, number>>

export const NO_OUTCOMES: OutcomeCounts = {
  ok: 0,
  connect: 0,
  protocol: 0,
  auth: 0,
  throttled: 0,
  app_error: 0,
  cancelled: 0,
  inconclusive: 0,
}

/** What the checks of one server came to, from `from` on for as long as its size says. */
export type RollUp = {
  readonly serverId: ServerId
  readonly size: RollUpSize
  readonly from: Timestamp
  readonly counts: OutcomeCounts
  readonly upMs: number
  readonly downMs: number
  /** Of checks that were answered. */
  readonly latency: Sketch
}

type Checks = Pick<RollUp, 'counts' | 'latency'>

export function mergeChecks(all: readonly Checks[]): Checks {
  const counts = { ...NO_OUTCOMES }
  for (const rollUp of all) for (const outcome of OUTCOMES) counts[outcome] += rollUp.counts[outcome]
  return { counts, latency: mergeSketches(all.map(({ latency }) => latency)) }
}

/** Checks that ended against the server. */
export const failedOf = ({ connect, protocol }: OutcomeCounts): number => connect + protocol

export const totalOf = (counts: OutcomeCounts): number => OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0)
