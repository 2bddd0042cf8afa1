import type { Failure } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import type { HealthStatus } from './state.ts'

/** What of a server's state outlives the process. Plain JSON; times are wall clock, read back as remaining time. */
export type SavedState = {
  readonly revision: number
  readonly generation: number
  /** The derived status, so that the first event after a restart has the right `old_status`. */
  readonly status: HealthStatus
  readonly statusSince: Timestamp
  readonly admin:
    | { readonly kind: 'active' }
    | {
        readonly kind: 'inactive'
        readonly by: 'user'
        readonly at: Timestamp
        readonly wouldBeHealthy: boolean | undefined
      }
    | {
        readonly kind: 'inactive'
        readonly by: 'auto'
        readonly at: Timestamp
        readonly reason: string
        readonly wouldBeHealthy: boolean | undefined
      }
  readonly circuit:
    | { readonly kind: 'closed'; readonly failures: number; readonly cycles: number }
    | {
        readonly kind: 'open'
        readonly openedAt: Timestamp
        readonly retryAt: Timestamp
        readonly failures: number
        readonly cycles: number
        readonly failedCanaries: number
      }
    /** Comes back as open, due at once. */
    | {
        readonly kind: 'half_open'
        readonly openedAt: Timestamp
        readonly failures: number
        readonly cycles: number
        readonly failedCanaries: number
      }
  readonly health:
    | { readonly kind: 'unknown'; readonly cause: 'never_checked' | 'stale' }
    | { readonly kind: 'up'; readonly failures: number }
    | { readonly kind: 'down'; readonly transport: boolean; readonly authRequired: boolean; readonly failure: Failure }
  readonly downSince: Timestamp | undefined
  readonly lastCheckAt: Timestamp | undefined
  readonly lastSuccessAt: Timestamp | undefined
  readonly responseTimeMs: number | undefined
  readonly flap: { readonly penalty: number; readonly at: Timestamp; readonly active: boolean }
  /** Longest Retry-After since the last success. */
  readonly throttledMs: number
}
