import { type Clock, type Timestamp, timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { Store } from '../ports.ts'
import type { Compaction } from './compaction.ts'
import type { Incident } from './incident.ts'
import type { RecentCheck } from './recent-checks.ts'
import type { Recorder } from './recorder.ts'
import { failedOf, mergeChecks, ROLL_UP_MS, type RollUp, totalOf } from './roll-up.ts'
import { SERIES_LENGTHS, type SeriesBucket, type SeriesPeriod, series, seriesStart } from './series.ts'
import { type Latency, latencyOf } from './sketch.ts'
import { type Bucket, buckets, type Span, type Tally, tally, uptimeRatio } from './span.ts'

const { hour: HOUR_MS, day: DAY_MS } = ROLL_UP_MS

export const PERIODS = ['24h', '7d', '30d', '90d'] as const
export type Period = (typeof PERIODS)[number]

/** How long each is, and in how long parts it is drawn. */
const LENGTHS = {
  '24h': { ms: DAY_MS, bucketMs: HOUR_MS / 2 },
  '7d': { ms: 7 * DAY_MS, bucketMs: 3 * HOUR_MS },
  '30d': { ms: 30 * DAY_MS, bucketMs: DAY_MS / 2 },
  '90d': { ms: 90 * DAY_MS, bucketMs: DAY_MS },
} as const satisfies Record<Period, { ms: number; bucketMs: number }>
const LONGEST_MS = LENGTHS['90d'].ms

export type Uptimes = Readonly<Record<Period, number | undefined>>
export type Heartbeats = { readonly from: Timestamp; readonly bucketMs: number; readonly buckets: readonly Bucket[] }

export type PeriodReport = Tally & {
  readonly period: Period
  readonly from: Timestamp
  readonly until: Timestamp
  /** Share of known time, 0..1; undefined when nothing is known. */
  readonly uptimeRatio: number | undefined
  readonly checks: number
  readonly failedChecks: number
  readonly latency: Latency
  /** That were going on in it, with their whole length. */
  readonly incidents: number
  readonly longestIncidentMs: number | undefined
}

type Deps = {
  readonly store: Pick<Store, 'spans' | 'rollUps' | 'incidents' | 'checks'>
  readonly recorder: Pick<Recorder, 'current' | 'recentChecks'>
  readonly compaction: Pick<Compaction, 'marks'>
  readonly clock: Clock
}

/** More incidents than that are counted as that many. */
const MOST_INCIDENTS = 10_000

/** How available servers were, from what is stored and what goes on. */
export class Reports {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Of each period up to now, share of known time that was up. */
  async uptimes(ids: readonly ServerId[]): Promise<ReadonlyMap<ServerId, Uptimes>> {
    const now = this.#now()
    const spans = await this.#spans(ids, LONGEST_MS)
    const ratio = (id: ServerId, { ms }: { ms: number }) =>
      uptimeRatio(tally(spans.get(id) ?? [], timestamp(now - ms), now))
    return new Map(
      ids.map((id) => [
        id,
        {
          '24h': ratio(id, LENGTHS['24h']),
          '7d': ratio(id, LENGTHS['7d']),
          '30d': ratio(id, LENGTHS['30d']),
          '90d': ratio(id, LENGTHS['90d']),
        },
      ]),
    )
  }

  async heartbeats(ids: readonly ServerId[], period: Period): Promise<ReadonlyMap<ServerId, Heartbeats>> {
    const { ms, bucketMs } = LENGTHS[period]
    const spans = await this.#spans(ids, ms)
    const now = this.#now()
    const drawn = (id: ServerId) => buckets(spans.get(id) ?? [], now, bucketMs, ms / bucketMs)
    return new Map(ids.map((id) => [id, { from: timestamp(now - ms), bucketMs, buckets: drawn(id) }]))
  }

  /** The last checks of each server, the oldest first. What is older than this process is read when first asked for. */
  async recentChecks(ids: readonly ServerId[]): Promise<ReadonlyMap<ServerId, readonly RecentCheck[]>> {
    const { store, recorder } = this.#deps
    const { recentChecks } = recorder
    const learn = async (serverId: ServerId) => {
      const limit = recentChecks.rowsMissing(serverId)
      if (limit > 0) recentChecks.learn(serverId, await store.checks({ serverId, limit }))
    }
    await Promise.all(ids.map(learn))
    return new Map(ids.map((id) => [id, recentChecks.of(id)]))
  }

  async periods(id: ServerId): Promise<readonly PeriodReport[]> {
    const now = this.#now()
    const since = timestamp(now - LONGEST_MS)
    const [spans, rollUps, incidents] = await Promise.all([
      this.#spans([id], LONGEST_MS),
      this.#rollUps(id, since, now),
      this.#deps.store.incidents({ serverIds: [id], since, limit: MOST_INCIDENTS }),
    ])
    return PERIODS.map((period) => {
      const from = timestamp(now - LENGTHS[period].ms)
      const divided = tally(spans.get(id) ?? [], from, now)
      const { counts, latency } = mergeChecks(rollUps.filter((part) => part.from + ROLL_UP_MS[part.size] > from))
      return {
        period,
        from,
        until: now,
        ...divided,
        uptimeRatio: uptimeRatio(divided),
        checks: totalOf(counts),
        failedChecks: failedOf(counts),
        latency: latencyOf(latency),
        ...outages(incidents, from, now),
      }
    })
  }

  /** How a server was over a period, in parts. */
  async series(id: ServerId, period: SeriesPeriod): Promise<readonly SeriesBucket[]> {
    const now = this.#now()
    const from = seriesStart(period, now)
    const inMinutes = SERIES_LENGTHS[period].bucketMs < HOUR_MS
    const [spans, rollUps] = await Promise.all([
      this.#spans([id], now - from),
      inMinutes
        ? this.#deps.store.rollUps({ serverIds: [id], size: 'minute', from, until: now })
        : this.#rollUps(id, from, now),
    ])
    return series(period, now, spans.get(id) ?? [], rollUps)
  }

  /** Stored ones, and what goes on now in place of as much of it as is stored. */
  async #spans(ids: readonly ServerId[], ms: number): Promise<ReadonlyMap<ServerId, readonly Span[]>> {
    const stored = await this.#deps.store.spans(ids, timestamp(this.#now() - ms))
    return new Map(
      ids.map((id) => {
        const current = this.#deps.recorder.current(id)
        const past = stored.get(id) ?? []
        return [id, current ? [...past.filter(({ from }) => from < current.from), current] : past]
      }),
    )
  }

  /** Hours as far as there are any, then minutes. */
  async #rollUps(id: ServerId, from: Timestamp, until: Timestamp): Promise<readonly RollUp[]> {
    const { store, compaction } = this.#deps
    const rolled = compaction.marks.hour
    const earliest = timestamp(from - HOUR_MS)
    const [hours, minutes] = await Promise.all([
      store.rollUps({ serverIds: [id], size: 'hour', from: earliest, until: rolled }),
      store.rollUps({ serverIds: [id], size: 'minute', from: rolled, until }),
    ])
    return [...hours, ...minutes]
  }

  #now(): Timestamp {
    return timestamp(Math.floor(this.#deps.clock.wall()))
  }
}

function outages(incidents: readonly Incident[], from: Timestamp, now: Timestamp) {
  const lengths = incidents
    .filter(({ ended }) => ended === undefined || ended.at > from)
    .map(({ startedAt, ended }) => Math.max(0, (ended?.at ?? now) - startedAt))
  return { incidents: lengths.length, longestIncidentMs: lengths.length > 0 ? Math.max(...lengths) : undefined }
}
