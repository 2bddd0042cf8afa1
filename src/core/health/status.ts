import type { ReasonCode } from '../check.ts'
import type { Instant } from '../clock.ts'
import { unreachable } from '../errors.ts'
import type { Severity } from '../events.ts'
import { type BadgeDetail, badgeDetails } from './badges.ts'
import { failureCycles } from './breaker.ts'
import { reasonOf } from './reason.ts'
import type { CircuitKind, HealthStatus, ServerState } from './state.ts'

/** Everything a view shows of a server's health. */
export type StatusView = {
  readonly status: HealthStatus
  readonly badges: readonly BadgeDetail[]
  readonly reasonCode: ReasonCode | undefined
  readonly reason: string | undefined
  readonly nextAction: string | undefined
  readonly since: Instant
  readonly lastCheckAt: Instant | undefined
  /** Absent while a check runs, and when none will. */
  readonly nextCheckAt: Instant | undefined
  /** Of the last check that succeeded. */
  readonly responseTimeMs: number | undefined
  readonly circuit: {
    readonly state: CircuitKind
    readonly failureCount: number
    /** Canaries that failed in a row. */
    readonly failureCycles: number
    readonly openedAt: Instant | undefined
    readonly retryAt: Instant | undefined
  }
  readonly autoDisabledAt: Instant | undefined
  readonly autoDisabledReason: string | undefined
  readonly wouldBeHealthy: boolean | undefined
}

/** The one word for a server, from its axes. Everything that shows a status shows this. */
export function derive({ admin, circuit, health }: Pick<ServerState, 'admin' | 'circuit' | 'health'>): HealthStatus {
  if (admin.kind === 'inactive') return 'disabled'
  if (circuit.kind !== 'closed') return 'circuit_open'
  switch (health.kind) {
    case 'up':
      return 'healthy'
    case 'down':
      return health.transport ? 'disconnected' : 'unhealthy'
    case 'unknown':
      return 'unknown'
    default:
      return unreachable(health)
  }
}

export function describe(state: ServerState): StatusView {
  const { admin, circuit, statusSince, lastCheckAt, nextCheck, responseTimeMs } = state
  const why = reasonOf(state)
  const disabled = admin.kind === 'inactive'
  const auto = disabled && admin.by === 'auto' ? admin : undefined
  return {
    status: derive(state),
    badges: badgeDetails(state),
    reasonCode: why?.code,
    reason: why?.message,
    nextAction: why?.nextAction,
    since: statusSince,
    lastCheckAt,
    nextCheckAt: nextCheck?.at,
    responseTimeMs,
    circuit: {
      state: circuit.kind,
      failureCount: circuit.failures,
      failureCycles: failureCycles(circuit),
      openedAt: circuit.kind === 'closed' ? undefined : circuit.openedAt,
      retryAt: circuit.kind === 'open' && !disabled ? circuit.retryAt : undefined,
    },
    autoDisabledAt: auto?.at,
    autoDisabledReason: auto?.reason,
    wouldBeHealthy: disabled ? admin.wouldBeHealthy : undefined,
  }
}

/** How loud the change to `status` is. */
export function severityOf(status: HealthStatus, reasonCode: ReasonCode | undefined): Severity {
  switch (status) {
    case 'healthy':
      return 'info'
    case 'unknown':
      return 'warning'
    case 'disconnected':
    case 'unhealthy':
      return reasonCode === 'auth_required' ? 'warning' : 'high'
    case 'circuit_open':
      return 'critical'
    case 'disabled':
      return reasonCode === 'auto_disabled' ? 'critical' : 'info'
    default:
      return unreachable(status)
  }
}
