import type { Failure, Trigger } from '../check.ts'
import type { Instant } from '../clock.ts'
import type { BreakerConfig } from './breaker-config.ts'

export const HEALTH_STATUSES = ['healthy', 'unhealthy', 'disconnected', 'circuit_open', 'disabled', 'unknown'] as const
export type HealthStatus = (typeof HEALTH_STATUSES)[number]

export const CIRCUIT_KINDS = ['closed', 'open', 'half_open'] as const
export type CircuitKind = (typeof CIRCUIT_KINDS)[number]

export const BADGES = ['degraded', 'flapping', 'stale', 'suspect', 'auth_required'] as const
export type Badge = (typeof BADGES)[number]

/** What the reducer needs to know of a server's configuration; times in milliseconds. */
export type Policy = {
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly breaker: BreakerConfig
}

export type Admin =
  | { readonly kind: 'active' }
  | {
      readonly kind: 'inactive'
      readonly by: 'user'
      readonly at: Instant
      readonly wouldBeHealthy: boolean | undefined
    }
  | {
      readonly kind: 'inactive'
      readonly by: 'auto'
      readonly at: Instant
      readonly reason: string
      /** What the hourly look saw last; undefined before the first. */
      readonly wouldBeHealthy: boolean | undefined
    }

/** Calls of a few seconds, for the failure-rate rule; buckets, since a busy server sees thousands of calls a second. */
export type CallBucket = {
  /** When the bucket began: everything in it is at least that young. */
  readonly at: Instant
  readonly calls: number
  readonly failed: number
  /** Up to two different principal and tool pairs among the failed calls. */
  readonly failedSources: readonly string[]
}

export type Circuit =
  | {
      readonly kind: 'closed'
      /** Consecutive failures. */
      readonly failures: number
      readonly window: readonly CallBucket[]
      /** Open cycles not yet forgiven when the server last became healthy: the exponent of the next open time. */
      readonly cycles: number
    }
  | {
      readonly kind: 'open'
      readonly openedAt: Instant
      readonly retryAt: Instant
      readonly failures: number
      /** Open cycles so far: the exponent of the open time. */
      readonly cycles: number
      /** Canaries that failed in a row; counts towards automatic disabling. */
      readonly failedCanaries: number
    }
  | {
      readonly kind: 'half_open'
      readonly openedAt: Instant
      readonly failures: number
      readonly cycles: number
      readonly failedCanaries: number
      /** Canaries passed in a row. */
      readonly passed: number
    }

/** Successes in a row on the way up, below the threshold, and when the last one was counted. */
export type Recovery = { readonly passes: number; readonly passedAt: Instant | undefined }

export type Health =
  | {
      readonly kind: 'unknown'
      readonly cause: 'never_checked' | 'stale'
      readonly recovery: Recovery
      /** Of the last check, which gave no verdict. */
      readonly failure: Failure | undefined
    }
  /** `failures` in a row so far, below the threshold: the badge `suspect`. */
  | { readonly kind: 'up'; readonly failures: number; readonly suspicion: Failure | undefined }
  /** `transport`: the connection failed, not the protocol on it. */
  | {
      readonly kind: 'down'
      readonly transport: boolean
      readonly authRequired: boolean
      readonly failure: Failure
      readonly recovery: Recovery
    }

/** The one check that may be in flight. A result with another token changes nothing but history. */
export type CheckInFlight = {
  readonly token: number
  readonly trigger: Trigger
  readonly deep: boolean
  /** Only looked at, never judged: the server is disabled. */
  readonly observing: boolean
  /** The failure-rate rule already held when it started: its failure opens the circuit. */
  readonly confirmsRate: boolean
  readonly startedAt: Instant
  /** When the check counts as lost. */
  readonly leaseEndsAt: Instant
}

/** When the next check is due and as what. */
export type NextCheck = { readonly at: Instant; readonly trigger: Trigger; readonly deep: boolean }

/** Everything known of one server's health. Pure data: times are Instants, nothing else leaves or enters. */
export type ServerState = {
  readonly policy: Policy
  /** Of the configuration this state belongs to. */
  readonly revision: number
  /** Up with each change of configuration, enable and reset. A check in flight across one is dropped: stop it. */
  readonly generation: number
  readonly admin: Admin
  readonly circuit: Circuit
  readonly health: Health
  readonly inFlight: CheckInFlight | undefined
  /** Absent while a user's disabling is in force; while a check runs, what was asked for meanwhile. */
  readonly nextCheck: NextCheck | undefined
  readonly lastToken: number
  readonly lastStartedAt: Instant | undefined
  /** When the derived status last changed. */
  readonly statusSince: Instant
  readonly lastCheckAt: Instant | undefined
  readonly lastSuccessAt: Instant | undefined
  readonly responseTimeMs: number | undefined
  /** Moving average of response times, and whether each of the last five was slow. */
  readonly latency: { readonly averageMs: number | undefined; readonly slow: readonly boolean[] }
  /** Flap penalty as of `at`; it halves every 10 minutes. */
  readonly flap: { readonly penalty: number; readonly at: Instant; readonly active: boolean }
  /** Restored from before a restart and not checked since. */
  readonly stale: boolean
  readonly commonCause: boolean
  readonly checksSinceDeep: number
  /** Since when it is down or its circuit not closed, whichever came first. */
  readonly downSince: Instant | undefined
  /** Since when its status is healthy without a break. */
  readonly healthySince: Instant | undefined
  /** Since the last success the upstream asked us to stay away: the freshness limit moves by the longest wait. */
  readonly throttle: { readonly until: Instant; readonly longestMs: number } | undefined
}
