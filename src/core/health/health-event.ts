import type { CheckResult, Failure, Outcome, ReasonCode, Trigger } from '../check.ts'
import type { Instant } from '../clock.ts'
import type { CircuitKind, HealthStatus, Policy, ServerState } from './state.ts'

/** What can happen to one server's health. */
export type HealthEvent =
  /**
   * Someone wants a check to start now. Ignored (no `run_check`) when one is in flight or the rules forbid it; any
   * trigger but `manual` and `reload` only starts what is due. `leaseMs`: how long it may take at most.
   */
  | { readonly type: 'check_requested'; readonly trigger: Trigger; readonly deep: boolean; readonly leaseMs: number }
  | { readonly type: 'check_finished'; readonly token: number; readonly result: CheckResult }
  /** Calls of users ended alike, one when it says no number. `source`: principal and tool, for the two-sources rule. */
  | { readonly type: 'call_finished'; readonly outcome: Outcome; readonly source: string; readonly calls?: number }
  | { readonly type: 'process_exited'; readonly failure: Failure }
  | { readonly type: 'list_changed' }
  /** Time passed: leases lapse, freshness ends, badges fade. Harmless at any moment. */
  | { readonly type: 'time_passed' }
  | { readonly type: 'enabled' }
  | { readonly type: 'disabled' }
  | { readonly type: 'configured'; readonly revision: number; readonly policy: Policy }
  /** The fleet's breaker settings or this server's intervals changed; nothing is forgotten. */
  | { readonly type: 'policy_changed'; readonly policy: Policy }
  | { readonly type: 'breaker_reset' }
  | { readonly type: 'common_cause'; readonly active: boolean }

/** What must be done or told because of an event. */
export type Effect =
  | {
      readonly type: 'run_check'
      readonly token: number
      readonly trigger: Trigger
      readonly deep: boolean
      readonly leaseMs: number
    }
  | {
      readonly type: 'status_changed'
      readonly from: HealthStatus
      readonly to: HealthStatus
      readonly reasonCode: ReasonCode | undefined
      readonly reason: string | undefined
    }
  | {
      readonly type: 'circuit_changed'
      readonly from: CircuitKind
      readonly to: CircuitKind
      readonly failureCount: number
      readonly failureCycles: number
      readonly retryAt: Instant | undefined
    }
  | { readonly type: 'auto_disabled'; readonly reason: string; readonly failureCycles: number }

export type Step = { readonly state: ServerState; readonly effects: readonly Effect[] }
