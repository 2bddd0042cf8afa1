import type { CircuitView, ServerInclude, ServerView } from '../../api/server-view.ts'
import { type Clock, toTimestamp } from '../../core/clock.ts'
import { authHeaders } from '../../core/config/header-auth.ts'
import type { Target } from '../../core/config/server.ts'
import { describe, type StatusView } from '../../core/health/status.ts'
import type { Member } from '../../core/watch/fleet.ts'
import { etagOf } from './etag.ts'
import { instantOrNull, iso } from './time.ts'

/** A server as everyone may see it: no credential, no environment value, a URL without its secrets. */
export function serverView(member: Member, clock: Clock, include: readonly ServerInclude[] = []): ServerView {
  const { server, state, identity, capabilities, version } = member
  const { config } = server
  const status = describe(state)
  const listed = capabilities?.value
  return {
    id: server.id,
    name: config.name,
    description: config.description,
    ...targetView(config.target),
    auth_type: config.auth.type,
    auth_configured: config.auth.type !== 'none',
    auth_header_names: authHeaders(config.auth).map(({ name }) => name),
    timeout_seconds: config.timeoutMs / 1_000,
    call_timeout_seconds: config.callTimeoutMs / 1_000,
    check_interval_seconds: config.checkIntervalMs / 1_000,
    record_payloads: config.recordPayloads,
    gateway_process: config.target.protocol === 'stdio' ? config.gatewayProcess : null,
    enabled: state.admin.kind === 'active',
    ...statusView(status, clock),
    ...(include.includes('badges') ? { badge_details: [...status.badges] } : {}),
    tool_count: listed?.tools.length ?? null,
    prompt_count: listed?.prompts.length ?? null,
    resource_count: listed?.resources.length ?? null,
    era: identity?.era ?? null,
    protocol_version: identity?.protocolVersion ?? null,
    server_info: identity?.serverInfo ?? null,
    created_at: iso(server.createdAt),
    updated_at: iso(server.updatedAt),
    etag: etagOf(server),
    version,
  }
}

export const circuitView = (
  { state, failureCount, failureCycles, openedAt, retryAt }: StatusView['circuit'],
  clock: Clock,
): CircuitView => ({
  state,
  failure_count: failureCount,
  failure_cycles: failureCycles,
  opened_at: instantOrNull(openedAt, clock),
  retry_at: instantOrNull(retryAt, clock),
})

const targetView = (target: Target) =>
  target.protocol === 'stdio'
    ? {
        protocol: target.protocol,
        url: null,
        command: target.command,
        args: [...target.args],
        env_keys: Object.keys(target.env),
      }
    : { protocol: target.protocol, url: target.url.toString(), command: null, args: [], env_keys: [] }

const statusView = (status: StatusView, clock: Clock) => ({
  health_status: status.status,
  badges: status.badges.map(({ badge }) => badge),
  reason_code: status.reasonCode ?? null,
  reason: status.reason ?? null,
  next_action: status.nextAction ?? null,
  since: iso(toTimestamp(status.since, clock)),
  last_health_check: instantOrNull(status.lastCheckAt, clock),
  next_check_at: instantOrNull(status.nextCheckAt, clock),
  response_time_ms: status.responseTimeMs ?? null,
  circuit: circuitView(status.circuit, clock),
  auto_disabled_at: instantOrNull(status.autoDisabledAt, clock),
  auto_disabled_reason: status.autoDisabledReason ?? null,
  would_be_healthy: status.wouldBeHealthy ?? null,
})
