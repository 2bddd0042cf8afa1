import { ServerView } from '../../src/api/server-view.ts'
import { type Timestamp, timestamp } from '../../src/core/clock.ts'
import type { CheckNotice, DomainEvent, StoredEvent } from '../../src/core/events.ts'
import { serverId } from '../../src/core/ids.ts'

export const aServerView = (id: number, over: Partial<ServerView> = {}): ServerView =>
  ServerView.parse({
    id,
    name: `server-${id}`,
    description: '',
    protocol: 'http-streamable',
    url: 'http://upstream.test/mcp',
    command: null,
    args: [],
    env_keys: [],
    auth_type: 'none',
    auth_configured: false,
    auth_header_names: [],
    timeout_seconds: 10,
    call_timeout_seconds: 60,
    record_payloads: false,
    gateway_process: null,
    check_interval_seconds: 60,
    enabled: true,
    health_status: 'healthy',
    badges: [],
    reason_code: null,
    reason: null,
    next_action: null,
    since: '2026-01-01T00:00:00.000Z',
    last_health_check: null,
    next_check_at: null,
    response_time_ms: null,
    circuit: { state: 'closed', failure_count: 0, failure_cycles: 0, opened_at: null, retry_at: null },
    tool_count: null,
    prompt_count: null,
    resource_count: null,
    era: null,
    protocol_version: null,
    server_info: null,
    auto_disabled_at: null,
    auto_disabled_reason: null,
    would_be_healthy: null,
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    etag: '"1"',
    version: id,
    ...over,
  })

const at: Timestamp = timestamp(Date.UTC(2026, 0, 1))

export const aStatusChange = (
  seq: number,
  over: { name?: string; severity?: DomainEvent['severity'] } = {},
): StoredEvent => ({
  seq,
  at,
  event: {
    type: 'mcp_status_change',
    serverId: serverId(7),
    serverName: over.name ?? 'github',
    version: seq,
    severity: over.severity ?? 'high',
    oldStatus: 'healthy',
    newStatus: 'disconnected',
    reasonCode: 'connect_refused',
    reason: 'Connection refused',
  },
})

export const aNotice = (over: Partial<CheckNotice> = {}): CheckNotice => ({
  serverId: serverId(7),
  serverName: 'github',
  version: 1,
  status: 'healthy',
  trigger: 'scheduled',
  outcome: 'ok',
  reasonCode: undefined,
  responseTimeMs: 5,
  nextCheckAt: undefined,
  badges: [],
  at,
  ...over,
})
