import type { CheckErrorView, DiscoverAnswer, HealthCheckAnswer, HealthResultView } from '../../api/check-view.ts'
import type { HealthLogView } from '../../api/log-view.ts'
import type { RecentCheckView } from '../../api/recent-check.ts'
import { type CheckResult, type Failure, isAlive } from '../../core/check.ts'
import type { Clock, Timestamp } from '../../core/clock.ts'
import { describe } from '../../core/health/status.ts'
import type { RecentCheck } from '../../core/history/recent-checks.ts'
import type { StoredCheck } from '../../core/ports.ts'
import type { CheckReport } from '../../core/watch/monitor.ts'
import { capabilityLists } from './capabilities.ts'
import { instantOrNull, iso } from './time.ts'

export function healthCheckAnswer(report: CheckReport, clock: Clock): HealthCheckAnswer {
  const { member, previousStatus, result, at } = report
  const status = describe(member.state)
  return {
    server_id: member.server.id,
    server_name: member.server.config.name,
    health_status: status.status,
    previous_status: previousStatus,
    health_result: healthResult(result, member.capabilities?.value.tools.length),
    circuit: { state: status.circuit.state, failure_count: status.circuit.failureCount },
    last_health_check: instantOrNull(status.lastCheckAt, clock),
    next_check_at: instantOrNull(status.nextCheckAt, clock),
    timestamp: iso(at),
    version: member.version,
  }
}

export const discoverAnswer = (result: CheckResult, at: Timestamp): DiscoverAnswer => ({
  health_result: healthResult(result),
  server_info: result.identity?.serverInfo ?? null,
  capabilities: result.capabilities ? capabilityLists(result.capabilities) : null,
  timestamp: iso(at),
})

/** `knownTools`: how many there were when they were last listed, for a check that passed without listing them. */
function healthResult(result: CheckResult, knownTools?: number): HealthResultView {
  const healthy = isAlive(result.outcome)
  return {
    healthy,
    outcome: result.outcome,
    stages: result.stages.map(({ stage, ok, ms }) => ({ stage, ok, ms })),
    response_time_ms: result.responseTimeMs,
    tool_count: result.capabilities?.tools.length ?? (healthy ? knownTools : undefined) ?? null,
    era: result.identity?.era ?? null,
    protocol_version: result.identity?.protocolVersion ?? null,
    error: errorView('failure' in result ? result.failure : undefined),
  }
}

export const healthLogView = (check: StoredCheck): HealthLogView => ({
  id: check.id,
  server_id: check.serverId,
  timestamp: iso(check.at),
  until: iso(check.until),
  count: check.count,
  trigger: check.trigger,
  outcome: check.outcome,
  health_status: check.status,
  response_time_ms: check.responseTimeMs,
  fastest_ms: check.fastestMs,
  slowest_ms: check.slowestMs,
  stages: check.stages.map(({ stage, ok, ms }) => ({ stage, ok, ms })),
  tool_count: check.toolCount ?? null,
  error: errorView(check.failure),
})

export const recentCheckView = (check: RecentCheck): RecentCheckView => ({
  timestamp: iso(check.at),
  until: iso(check.until),
  count: check.count,
  outcome: check.outcome,
  healthy: isAlive(check.outcome),
  response_time_ms: check.responseTimeMs,
  trigger: check.trigger,
})

export const errorView = (failure: Failure | undefined): CheckErrorView | null =>
  failure
    ? { code: failure.code, stage: failure.stage, message: failure.message, next_action: failure.nextAction }
    : null
