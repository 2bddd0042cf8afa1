import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { FakeClock } from '../../../test/support/fakes.ts'
import { aNotice } from '../../../test/support/wire-samples.ts'
import { BreakerConfigInput, BreakerConfigView, BreakerOverrideInput, BreakerView } from '../../api/breaker.ts'
import { CapabilityChangeView, ServerCapabilities } from '../../api/capabilities-view.ts'
import { DiscoverAnswer, HealthCheckAnswer } from '../../api/check-view.ts'
import { CheckNoticeView, StoredEventView } from '../../api/events-view.ts'
import { ImportInput, ImportReport, McpJson } from '../../api/import.ts'
import { JobView } from '../../api/jobs.ts'
import { HealthLogView } from '../../api/log-view.ts'
import { CreateServerInput } from '../../api/server-input.ts'
import { ServerView } from '../../api/server-view.ts'
import { SettingsView } from '../../api/settings.ts'
import { ToolCallAnswer } from '../../api/tool-call.ts'
import type { CheckResult, Failure } from '../../core/check.ts'
import { timestamp } from '../../core/clock.ts'
import { parseMcpJson } from '../../core/config/mcp-json.ts'
import { exportMcpJson } from '../../core/config/mcp-json-export.ts'
import type { DomainEvent } from '../../core/events.ts'
import { DEFAULT_GATEWAY } from '../../core/gateway/gateway-settings.ts'
import { DEFAULT_BREAKER } from '../../core/health/breaker-config.ts'
import { next } from '../../core/health/reducer.ts'
import { initial } from '../../core/health/restore.ts'
import { serverId } from '../../core/ids.ts'
import type { CallResult } from '../../core/ports.ts'
import type { Member } from '../../core/watch/fleet.ts'
import { breakerConfigView, breakerOverride, breakerView, changedBreaker } from './breaker.ts'
import { capabilityChangeView, serverCapabilities } from './capabilities.ts'
import { discoverAnswer, healthCheckAnswer, healthLogView } from './check.ts'
import { newServer } from './config-input.ts'
import { checkNoticeView, eventView } from './events.ts'
import { importDocument, importOptions, importReport, isImportable } from './import.ts'
import { jobView } from './jobs.ts'
import { serverView } from './server.ts'
import { settingsView } from './settings.ts'
import { iso } from './time.ts'
import { toolCallAnswer } from './tool-call.ts'

const SECRET = 'planted-secret'
const clock = new FakeClock()
const id = serverId(7)
const at = clock.wall()

const CONFIGS = [
  {
    url: `https://u:${SECRET}1@h.example/mcp?token=${SECRET}2`,
    auth_type: 'bearer',
    auth_config: { token: `${SECRET}3` },
  },
  { url: 'https://h.example/sse', auth_type: 'api_key', auth_config: { header_name: 'X-Key', api_key: `${SECRET}4` } },
  {
    url: 'https://h.example/',
    auth_type: 'custom_headers',
    auth_config: { headers: { 'X-A': `${SECRET}5`, 'X-B': `${SECRET}6` } },
  },
  { command: 'npx', args: ['-y', 'x'], env: { KEY: `${SECRET}7` } },
]

function member(input: object): Member {
  const { config } = newServer(CreateServerInput.parse({ name: 'github', ...input }))
  const policy = { intervalMs: config.checkIntervalMs, timeoutMs: config.timeoutMs, breaker: DEFAULT_BREAKER }
  return {
    server: { id, revision: 3, config, createdAt: at, updatedAt: at },
    state: initial(policy, 3, clock.now()),
    identity: undefined,
    capabilities: undefined,
    version: 12,
  }
}

const FAILURE: Failure = { code: 'connect_refused', stage: 'connect', message: 'Refused', nextAction: 'Start it' }
const capability = { name: 'search', hash: 'h', definition: { name: 'search', description: 'x' } }
const capabilities = { tools: [capability], prompts: [], resources: [], dropped: [] }
const dates = { since: at, later: new Map([['tool search', { firstSeen: at, lastChanged: timestamp(at + 5) }]]) }
const identity = { era: 'modern', protocolVersion: '2026-07-28', serverInfo: { name: 's', version: '1' } } as const
const PASSED: CheckResult = {
  outcome: 'ok',
  stages: [{ stage: 'handshake', ok: true, ms: 9 }],
  responseTimeMs: 18,
  identity,
  capabilities,
}
const FAILED: CheckResult = {
  outcome: 'connect',
  failure: FAILURE,
  stages: [{ stage: 'connect', ok: false, ms: 2 }],
  responseTimeMs: 2,
  identity: undefined,
  capabilities: undefined,
}

/** Every field of the view and nothing else, since nothing is lost by reading it with its schema. */
function satisfies<S extends z.ZodType>(schema: S, view: z.output<S>) {
  expect(schema.parse(view)).toEqual(view)
}

test.each(CONFIGS)('no view of %j holds a secret, and each is as its schema says', (input) => {
  const subject = member(input)
  const server = serverView(subject, clock)
  satisfies(ServerView, server)
  const about = { serverId: id, serverName: 'github', version: 12, severity: 'info' } as const
  const event = { type: 'mcp_server_created', ...about, server } as const
  const exported = exportMcpJson([{ config: subject.server.config, enabled: true }])
  satisfies(McpJson, exported)
  const shown = [
    server,
    eventView({ seq: 1, at, event }),
    exported,
    breakerView(subject, DEFAULT_BREAKER, clock),
    healthCheckAnswer({ member: subject, previousStatus: 'unknown', result: PASSED, at }, clock),
    subject,
  ]
  expect(JSON.stringify(shown)).not.toContain(SECRET)
  expect(inspect(shown, { depth: 20, showHidden: true })).not.toContain(SECRET)
})

test('a view tells how a server is reached and that it has credentials, not which', () => {
  const [http, key, custom, stdio] = CONFIGS.map((input) => serverView(member(input), clock))
  expect(http).toMatchObject({
    url: 'https://***@h.example/mcp?token=***',
    command: null,
    auth_type: 'bearer',
    auth_configured: true,
    auth_header_names: ['Authorization'],
    etag: '"3"',
    version: 12,
    health_status: 'unknown',
    since: '2026-01-01T00:00:00.000Z',
  })
  expect(key).toMatchObject({ protocol: 'sse', auth_header_names: ['X-Key'] })
  expect(custom).toMatchObject({ auth_header_names: ['X-A', 'X-B'] })
  expect(stdio).toMatchObject({
    url: null,
    command: 'npx',
    args: ['-y', 'x'],
    env_keys: ['KEY'],
    auth_configured: false,
  })
})

test('a server that was seen tells what it said', () => {
  const seen = { ...member(CONFIGS[3] ?? {}), identity, capabilities: { value: capabilities, seenAt: at, dates } }
  expect(serverView(seen, clock)).toMatchObject({
    tool_count: 1,
    prompt_count: 0,
    era: 'modern',
    server_info: { name: 's' },
  })
  satisfies(ServerCapabilities, serverCapabilities(seen))
  const [since, later] = [iso(at), iso(timestamp(at + 5))]
  expect(serverCapabilities(seen).tools).toEqual([{ ...capability, first_seen: since, last_changed: later }])
  satisfies(ServerCapabilities, serverCapabilities(member(CONFIGS[3] ?? {})))
})

test('a change of a tool is told with what it was and is', () => {
  const { definition } = capability
  const change = { id: 3, serverId: id, at, kind: 'tool', name: 'search', change: 'removed', truncated: false } as const
  const view = capabilityChangeView({ ...change, before: definition, after: undefined, omitted: 2 })
  satisfies(CapabilityChangeView, view)
  expect(view).toMatchObject({ seen_at: iso(at), before: definition, after: null, omitted: 2 })
})

test('a disabled server shows so', () => {
  const subject = member({ url: 'https://h.example/' })
  const { state } = next(subject.state, { type: 'disabled' }, clock.now(), 0)
  expect(serverView({ ...subject, state }, clock)).toMatchObject({
    enabled: false,
    health_status: 'disabled',
    reason_code: 'user_disabled',
    next_check_at: null,
  })
})

test('checks are answered, logged and discovered as the contract says', () => {
  const subject = member({ url: 'https://h.example/' })
  const passed = healthCheckAnswer({ member: subject, previousStatus: 'unhealthy', result: PASSED, at }, clock)
  satisfies(HealthCheckAnswer, passed)
  expect(passed.health_result).toEqual({
    healthy: true,
    outcome: 'ok',
    stages: [{ stage: 'handshake', ok: true, ms: 9 }],
    response_time_ms: 18,
    tool_count: 1,
    era: 'modern',
    protocol_version: '2026-07-28',
    error: null,
  })
  const failed = discoverAnswer(FAILED, at)
  satisfies(DiscoverAnswer, failed)
  satisfies(DiscoverAnswer, discoverAnswer(PASSED, at))
  expect(failed).toMatchObject({
    health_result: {
      healthy: false,
      tool_count: null,
      error: { code: 'connect_refused', stage: 'connect', message: 'Refused', next_action: 'Start it' },
    },
    capabilities: null,
  })
  const row = { id: 1, serverId: id, at, trigger: 'manual', outcome: 'connect', status: 'disconnected' } as const
  const times = { count: 1, until: at, responseTimeMs: 2, fastestMs: 2, slowestMs: 2 }
  satisfies(
    HealthLogView,
    healthLogView({ ...row, ...times, stages: FAILED.stages, failure: FAILURE, toolCount: undefined }),
  )
})

test('a tool call answers with the result, the error of the upstream, or why there is neither', () => {
  const exchange = { request: { id: 4 }, response: { id: 4 }, preparedMs: 1.2 }
  const calls = [
    { outcome: 'ok', result: { content: [], isError: true }, durationMs: 3, exchange },
    { outcome: 'app_error', error: { code: -32602, message: 'no' }, durationMs: 3, exchange },
    { outcome: 'connect', failure: FAILURE, durationMs: 3 },
  ] satisfies CallResult[]
  const answers = calls.map((call) =>
    toolCallAnswer({ serverId: id, tool: 't', startedAt: at, waitedMs: 0.26, call, agreement: undefined }),
  )
  for (const answer of answers) satisfies(ToolCallAnswer, answer)
  expect(answers.map(({ result, rpc_error, error }) => [result !== null, rpc_error !== null, error !== null])).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ])
  expect(answers.map(({ is_error }) => is_error)).toEqual([true, false, false])
  expect(answers.map(({ timing }) => [timing.waited_ms, timing.prepared_ms, timing.answered_ms])).toEqual([
    [0.3, 1.2, 1.8],
    [0.3, 1.2, 1.8],
    [0.3, null, null],
  ])
})

test('every event is told as its type says', () => {
  const about = { serverId: id, serverName: 'github', version: 12, severity: 'high' } as const
  const names = { added: ['a'], removed: [], changed: [] }
  const events: readonly DomainEvent[] = [
    {
      type: 'mcp_status_change',
      ...about,
      oldStatus: 'healthy',
      newStatus: 'disconnected',
      reasonCode: 'connect_refused',
      reason: 'Refused',
    },
    {
      type: 'mcp_status_change',
      ...about,
      oldStatus: 'unknown',
      newStatus: 'healthy',
      reasonCode: undefined,
      reason: undefined,
    },
    {
      type: 'circuit_breaker_state',
      ...about,
      oldState: 'closed',
      newState: 'open',
      failureCount: 5,
      failureCycles: 0,
      retryAt: at,
    },
    { type: 'mcp_auto_disabled', ...about, reason: 'r', failureCycles: 10 },
    { type: 'mcp_server_updated', ...about, server: serverView(member({ command: 'x' }), clock) },
    { type: 'mcp_server_deleted', ...about },
    { type: 'mcp_capabilities_changed', ...about, ...names, prompts: names, resources: names, truncated: false },
    { type: 'mcp_common_cause', severity: 'critical', active: true, servers: ['a', 'b'], suspected: 'network' },
  ]
  for (const [index, event] of events.entries()) satisfies(StoredEventView, eventView({ seq: index + 1, at, event }))
  const passed = checkNoticeView(aNotice({ badges: ['degraded'] }))
  satisfies(CheckNoticeView, passed)
  expect(passed.event_data).toMatchObject({ healthy: true, reason_code: null })
  const failed = checkNoticeView(aNotice({ outcome: 'protocol', reasonCode: 'timeout' }))
  expect(failed.event_data).toMatchObject({ healthy: false, reason_code: 'timeout' })
})

test('breaker settings go both ways, and an override holds only what it sets', () => {
  const view = breakerConfigView(DEFAULT_BREAKER)
  satisfies(BreakerConfigView, view)
  expect(changedBreaker(DEFAULT_BREAKER, BreakerConfigInput.parse(view))).toEqual(DEFAULT_BREAKER)
  expect(changedBreaker(DEFAULT_BREAKER, { failure_threshold: 2 })).toEqual({ ...DEFAULT_BREAKER, failureThreshold: 2 })
  expect(breakerOverride(BreakerOverrideInput.parse(null))).toEqual({})
  const override = breakerOverride(BreakerOverrideInput.parse({ timeout_seconds: 5, enabled: null }))
  expect(override).toEqual({ openMs: 5_000 })
  const subject = member({ command: 'x' })
  const own = {
    ...subject,
    server: { ...subject.server, config: { ...subject.server.config, breakerOverride: override } },
  }
  const shown = breakerView(own, DEFAULT_BREAKER, clock)
  satisfies(BreakerView, shown)
  expect(shown).toMatchObject({
    config: { timeout_seconds: 5, failure_threshold: 5 },
    override: { timeout_seconds: 5 },
  })
  expect(breakerView(subject, DEFAULT_BREAKER, clock).override).toBeNull()
})

test('jobs and settings are as their schemas say', () => {
  const retention = { days: 30, healthLogDays: 7, eventDays: undefined, incidentDays: 365, callDays: 7, payloadDays: 2 }
  const results = [{ serverId: id, status: 'healthy' } as const, { serverId: id, status: undefined }]
  const job = jobView({ id: 'j', total: 3, results, startedAt: at, finishedAt: undefined })
  satisfies(JobView, job)
  expect(job).toMatchObject({ status: 'running', done: 2, results: [{}, { health_status: null }] })
  satisfies(SettingsView, settingsView({ retention, gateway: DEFAULT_GATEWAY }))
})

test('an import reports every entry, and no secret that was given for it', () => {
  const input = ImportInput.parse({
    servers: {
      one: { command: 'x', env: { A: '${input:key}', B: `${SECRET}8` } },
      two: { command: 'x', env: { A: '${input:other}' } },
      three: { url: 'ftp://x/' },
      four: { command: 'x' },
    },
    inputs: [{ id: 'key', type: 'promptString', password: true, default: `${SECRET}9` }],
    input_values: { key: `${SECRET}0` },
    select: ['one', 'two', 'three'],
  })
  const reading = parseMcpJson(
    importDocument(input),
    importOptions(input, () => false),
  )
  expect(isImportable(reading)).toBe(false)
  const report = importReport(reading, false, new Map([['one', id]]))
  satisfies(ImportReport, report)
  expect(JSON.stringify(report)).not.toContain(SECRET)
  expect(report.entries.map(({ name, action, server_id }) => [name, action, server_id])).toEqual([
    ['one', 'create', 7],
    ['two', 'ask', null],
    ['three', 'refuse', null],
    ['four', 'skip', null],
  ])
  expect(report.inputs).toEqual([
    { id: 'key', description: null, secret: true, default: null, options: [] },
    { id: 'other', description: null, secret: false, default: null, options: [] },
  ])
})

test('a file that comes as text or as it is, is read the same', () => {
  const servers = { a: { command: 'x' } }
  const forms = [{ config: { servers } }, { text: JSON.stringify({ servers }) }, { servers }]
  for (const form of forms) expect(importDocument(ImportInput.parse(form))).toEqual({ servers })
  expect(ImportInput.safeParse({ servers, mcpServers: {} }).success).toBe(false)
  const listed = ImportInput.parse({ config: { servers }, inputs: [{ id: 'x' }] })
  expect(() => importOptions(listed, () => false)).toThrow('inputs')
})

test('badges are told with their reasons only when asked for', () => {
  const stale = member({ url: 'https://h.example/' })
  const doubted: Member = { ...stale, state: { ...stale.state, stale: true } }
  expect(serverView(doubted, clock)).toMatchObject({ badges: ['stale'] })
  expect(serverView(doubted, clock)).not.toHaveProperty('badge_details')
  expect(serverView(doubted, clock, ['badges']).badge_details).toEqual([
    { badge: 'stale', detail: 'Not confirmed by a recent check' },
  ])
})
