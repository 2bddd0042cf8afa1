import type { CheckResult } from '../check.ts'
import { type Clock, toTimestamp } from '../clock.ts'
import { unreachable } from '../errors.ts'
import type { CheckNotice, DomainEvent } from '../events.ts'
import { badges } from '../health/badges.ts'
import type { Effect, HealthEvent } from '../health/health-event.ts'
import { save } from '../health/restore.ts'
import { derive, severityOf } from '../health/status.ts'
import type { Change, CheckRow } from '../ports.ts'
import type { Member } from './fleet.ts'

/** What is worth storing only if it has consequences; that a check began is stored with how it ended. */
const NOTED: readonly HealthEvent['type'][] = [
  'time_passed',
  'check_requested',
  'call_finished',
  'process_exited',
  'list_changed',
  'common_cause',
]
/** Whether what `event` did to a server is to be stored. */
export const isWorthStoring = (event: HealthEvent, effects: readonly Effect[]): boolean =>
  !NOTED.includes(event.type) || effects.some(({ type }) => type !== 'run_check')

/** What must be stored, in one transaction, because a server became `after` with these effects. */
export function changesOf(after: Member, effects: readonly Effect[], clock: Clock): Change[] {
  const at = clock.wall()
  const events = effects
    .flatMap((effect) => eventOf(effect, after, clock))
    .map((event) => ({ type: 'event', event, at }) as const)
  const state = {
    type: 'state_saved',
    serverId: after.server.id,
    state: save(after.state, clock),
    identity: after.identity,
  } as const
  return [state, ...events]
}

/** The row of the health log for a check that ended. */
export function checkRow(member: Member, trigger: CheckRow['trigger'], result: CheckResult, clock: Clock): CheckRow {
  return {
    serverId: member.server.id,
    at: clock.wall(),
    trigger,
    outcome: result.outcome,
    status: derive(member.state),
    responseTimeMs: result.responseTimeMs,
    stages: result.stages,
    failure: 'failure' in result ? result.failure : undefined,
    toolCount: result.capabilities?.tools.length,
  }
}

/** What is told live of a check that ended. */
export const noticeOf = ({ server, state, version }: Member, row: CheckRow, clock: Clock): CheckNotice => ({
  serverId: server.id,
  serverName: server.config.name,
  version,
  status: row.status,
  trigger: row.trigger,
  outcome: row.outcome,
  reasonCode: row.failure?.code,
  responseTimeMs: row.responseTimeMs,
  nextCheckAt: state.nextCheck && toTimestamp(state.nextCheck.at, clock),
  badges: badges(state),
  at: row.at,
})

function eventOf(effect: Effect, { server, version }: Member, clock: Clock): DomainEvent[] {
  const about = { serverId: server.id, serverName: server.config.name, version }
  switch (effect.type) {
    case 'run_check':
      return []
    case 'status_changed': {
      const { from, to, reasonCode, reason } = effect
      const severity = severityOf(to, reasonCode)
      return [{ type: 'mcp_status_change', ...about, severity, oldStatus: from, newStatus: to, reasonCode, reason }]
    }
    case 'circuit_changed': {
      const { from, to, failureCount, failureCycles, retryAt } = effect
      return [
        {
          type: 'circuit_breaker_state',
          ...about,
          severity: to === 'open' ? 'high' : 'info',
          oldState: from,
          newState: to,
          failureCount,
          failureCycles,
          retryAt: retryAt === undefined ? undefined : toTimestamp(retryAt, clock),
        },
      ]
    }
    case 'auto_disabled': {
      const { reason, failureCycles } = effect
      return [{ type: 'mcp_auto_disabled', ...about, severity: 'critical', reason, failureCycles }]
    }
    default:
      return unreachable(effect)
  }
}
