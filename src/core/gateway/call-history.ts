import type { Outcome } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import { type Latency, latencyOf, mergeSketches, type Sketch } from '../history/sketch.ts'
import type { ServerId } from '../ids.ts'
import type { CallRecord } from './call-record.ts'

export type CallOutcome = Outcome | 'refused'

/** A call as it is kept; ids grow in the order in which calls ended. */
export type StoredCall = CallRecord & { readonly id: number }

/** Which calls are meant; what is left out does not matter. */
export type CallFilter = {
  readonly serverIds?: readonly ServerId[]
  readonly targets?: readonly string[]
  readonly methods?: readonly string[]
  readonly outcomes?: readonly CallOutcome[]
  readonly tokenIds?: readonly number[]
  readonly endpoints?: readonly string[]
  readonly since?: Timestamp
  readonly until?: Timestamp
}

export type CallQuery = CallFilter & { readonly beforeId?: number; readonly limit: number }

/** How many calls to the same thing ended alike, as fast as each other. */
export type CallCount = {
  readonly serverId: ServerId
  /** The name it had last. */
  readonly server: string
  readonly method: string
  readonly target: string | undefined
  readonly outcome: CallOutcome
  readonly durations: Sketch
}

/** How many calls came from one token to one endpoint. */
export type CallSource = { readonly tokenId: number; readonly endpoint: string; readonly calls: number }

/** What calls came to. */
export type Traffic = {
  readonly calls: number
  /** All that were neither done nor given up by their client, those that were refused too. */
  readonly errors: number
  readonly refused: number
  readonly cancelled: number
  /** Of calls that were answered. */
  readonly latency: Latency
}

export type Tallied = Pick<CallCount, 'serverId' | 'server' | 'method' | 'target'> & { readonly traffic: Traffic }

/** The busiest first, of each `keyOf`; their names are those of the first. */
export function tally(counts: readonly CallCount[], keyOf: (count: CallCount) => string): readonly Tallied[] {
  const groups = Map.groupBy(counts, keyOf)
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group
      if (!first) return []
      const { serverId, server, method, target } = first
      return [{ serverId, server, method, target, traffic: trafficOf(group) }]
    })
    .sort((a, b) => b.traffic.calls - a.traffic.calls)
}

export function trafficOf(counts: readonly CallCount[]): Traffic {
  const among = (wanted: (outcome: CallOutcome) => boolean) =>
    mergeSketches(counts.filter(({ outcome }) => wanted(outcome)).map(({ durations }) => durations))
  const sum = (sketch: Sketch) => sketch.values().reduce((all, count) => all + count, 0)
  return {
    calls: sum(among(() => true)),
    errors: sum(among(isError)),
    refused: sum(among((outcome) => outcome === 'refused')),
    cancelled: sum(among((outcome) => outcome === 'cancelled')),
    latency: latencyOf(among((outcome) => outcome !== 'refused' && outcome !== 'cancelled')),
  }
}

export const isError = (outcome: CallOutcome): boolean => outcome !== 'ok' && outcome !== 'cancelled'

/** Share of errors among calls that were not given up, 0..1; undefined when there are none. */
export const errorRatio = ({ calls, errors, cancelled }: Omit<Traffic, 'latency' | 'refused'>): number | undefined =>
  calls > cancelled ? errors / (calls - cancelled) : undefined
