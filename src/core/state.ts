import type { BreakerConfig } from './breaker-config.ts'
import type { Failure, Trigger } from './check.ts'
import type { Instant } from './clock.ts'

export const HEALTH_STATUSES = ['healthy', 'unhealthy', 'disconnected', 'circuit_open', 'disabled', 'unknown'] as const
export type HealthStatus = (typeof HEALTH_STATUSES)[number]

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

/** One call's outcome within the last 60 s, for the failure-rate rule. `source` is principal and tool. */
export type Sample = { readonly at: Instant; readonly failed: boolean; readonly source: string }

export type Circuit =
  | {
      readonly kind: 'closed'
      /** Consecutive failures. */
      readonly failures: number
      readonly window: readonly Sample[]
      /** Open cycles not yet forgiven: the exponent of the next open time. */
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

export type Health =
  | { readonly kind: 'unknown'; readonly cause: 'never_checked' | 'stale' }
  /** `failures` in a row so far, below the threshold: the badge `suspect`. */
  | { readonly kind: 'up'; readonly failures: number; readonly suspicion: Failure | undefined }
  /** `passes` in a row so far, below the threshold. `transport`: the connection failed, not the protocol on it. */
  | {
      readonly kind: 'down'
      readonly transport: boolean
      readonly authRequired: boolean
      readonly failure: Failure
      readonly passes: number
      readonly since: Instant
    }

/** The one check that may be in flight. A result with another token changes nothing but history. */
export type CheckInFlight = {
  readonly token: number
  readonly trigger: Trigger
  readonly deep: boolean
  readonly canary: boolean
  /** Only looked at, never judged: the server is disabled. */
  readonly observing: boolean
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
  /** Up with each change of configuration, enable and reset; results of an older one are stale. */
  readonly generation: number
  readonly admin: Admin
  readonly circuit: Circuit
  readonly health: Health
  readonly inFlight: CheckInFlight | undefined
  /** Absent only while a user's disabling is in force. */
  readonly nextCheck: NextCheck | undefined
  readonly lastToken: number
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
  readonly downSince: Instant | undefined
  readonly healthySince: Instant | undefined
  /** An honoured Retry-After: the freshness limit moves by it. */
  readonly throttledUntil: Instant | undefined
}
