import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import { aServerView } from '../../../test/support/wire-samples.ts'
import type { HealthResultView } from '../../api/check-view.ts'
import { breakerText } from './breaker-text.ts'
import { capabilityChangeLines } from './capability-change-lines.ts'
import { checkText } from './check-text.ts'
import { collectionTable, collectionText } from './collection-text.ts'
import { eventLine } from './event-line.ts'
import { importText } from './import-text.ts'
import { incidentTable } from './incident-table.ts'
import { logTable } from './log-table.ts'
import { jsonText } from './printable.ts'
import { problemLines } from './problem-text.ts'
import { serverTable } from './server-table.ts'
import { tokenTable } from './token-table.ts'
import { toolList } from './tool-list.ts'
import { resultText } from './tool-result.ts'
import { uptimeTable } from './uptime-table.ts'

/** Clears the screen, sets the title, reverses, forges a line, and hides. */
const EVIL = 'a\x1b[2J\x1b]0;pwned\x07\u009b31m\u202e\n✓ healthy  forged\u2028\x08\x7f\u200b'
const TIME = '2026-01-01T00:00:00.000Z'
const view = { paint: plain, width: 80, now: Date.parse(TIME) }

const error = { code: 'http_status', stage: 'handshake', message: EVIL, next_action: EVIL } as const
const result: HealthResultView = {
  healthy: false,
  outcome: 'protocol',
  stages: [{ stage: 'handshake', ok: false, ms: 1 }],
  response_time_ms: 1,
  tool_count: 1,
  era: 'modern',
  protocol_version: EVIL,
  error,
}
const server = aServerView(1, { name: EVIL, health_status: 'unhealthy', reason: EVIL, next_action: EVIL })
const about = { server_id: 1, mcp_name: EVIL, version: 1, severity: 'high' } as const
const names = { added: [EVIL], removed: [EVIL], changed: [EVIL] }
const drift = { id: 1, seen_at: TIME, kind: 'tool', name: EVIL } as const
const capability = {
  name: EVIL,
  hash: 'h',
  first_seen: TIME,
  last_changed: TIME,
  definition: { title: EVIL, description: EVIL, inputSchema: { properties: { [EVIL]: {} }, required: [EVIL] } },
}
const capabilities = {
  server_id: 1,
  seen_at: TIME,
  tools: [capability],
  prompts: [],
  resources: [],
  dropped: [{ kind: 'tool' as const, name: EVIL, reason: EVIL }],
}
const log = {
  id: 1,
  server_id: 1,
  timestamp: TIME,
  trigger: 'manual' as const,
  outcome: 'protocol' as const,
  health_status: 'unhealthy' as const,
  response_time_ms: 1,
  until: TIME,
  count: 1,
  fastest_ms: 1,
  slowest_ms: 1,
  stages: [],
  tool_count: null,
  error,
}
const incident = {
  id: 1,
  server_id: 1,
  server_name: EVIL,
  started_at: TIME,
  ended_at: null,
  duration_seconds: 1,
  cause: { code: error.code, stage: null, message: EVIL, next_action: EVIL, stages: [] },
  worst_status: 'circuit_open' as const,
  circuit_cycles: 1,
  ended_by: null,
}
const finding = { path: EVIL, message: EVIL }
const report = {
  dry_run: true,
  format: 'bare' as const,
  created: 0,
  warnings: [finding],
  inputs: [],
  entries: [
    {
      name: EVIL,
      proposed_name: `${EVIL}2`,
      action: 'refuse' as const,
      server_id: null,
      protocol: null,
      enabled: true,
      warnings: [finding],
      errors: [finding],
      inputs: [EVIL],
      variables: [EVIL],
    },
  ],
}
const config = {
  enabled: true,
  failure_threshold: 5,
  timeout_seconds: 30,
  half_open_max_calls: 2,
  max_failure_cycles: 10,
  auto_disable_enabled: true,
}
const breaker = { ...server.circuit, server_id: 1, server_name: EVIL, version: 1, config, override: null }
const token = {
  id: 1,
  name: EVIL,
  role: 'admin' as const,
  created_at: TIME,
  expires_at: null,
  last_used_at: null,
  limit: { servers: [{ id: 1, name: EVIL }], collections: [] },
}
const choice = { tool: EVIL, on: true, name: EVIL, description: EVIL, missing: true }
const collection = {
  id: 1,
  name: EVIL,
  description: EVIL,
  path: '/collections/evil/mcp',
  servers: [
    {
      server_id: 1,
      server_name: EVIL,
      missing: false,
      tools: [choice, choice],
      other_tools: true,
      prompts: true,
      resources: true,
    },
  ],
  tool_count: 2,
  missing: [EVIL],
  created_at: TIME,
  updated_at: TIME,
  etag: '"1"',
}

/** Everything printed from what others say, by how many lines it may take. */
const TEXTS: Readonly<Record<string, { readonly text: string; readonly lines: number }>> = {
  servers: { text: serverTable([server], view), lines: 4 },
  check: { text: checkText({ name: EVIL, status: 'unhealthy', result }, plain), lines: 4 },
  problem: {
    text: problemLines({
      type: EVIL,
      title: EVIL,
      status: 422,
      detail: EVIL,
      code: 'invalid_input',
      errors: [finding],
    }).join('\n'),
    lines: 2,
  },
  logs: { text: logTable([log], view), lines: 3 },
  incidents: { text: incidentTable([incident], view), lines: 3 },
  uptime: { text: uptimeTable([server], '7d', view), lines: 2 },
  tools: { text: toolList(EVIL, capabilities, view), lines: 5 },
  import: { text: importText(report, plain), lines: 8 },
  breaker: { text: breakerText(breaker, plain, view.now), lines: 8 },
  tokens: { text: tokenTable([token], view), lines: 2 },
  collections: { text: collectionTable([collection], view), lines: 2 },
  collection: { text: collectionText(collection, view), lines: 6 },
  status: {
    text: eventLine(
      {
        seq: 1,
        event_type: 'mcp_status_change',
        timestamp: TIME,
        event_data: { ...about, old_status: 'healthy', new_status: 'unhealthy', reason_code: null, reason: EVIL },
      },
      plain,
    ),
    lines: 1,
  },
  cause: {
    text: eventLine(
      {
        seq: 1,
        event_type: 'mcp_common_cause',
        timestamp: TIME,
        event_data: { severity: 'high', active: true, servers: [EVIL], suspected: EVIL },
      },
      plain,
    ),
    lines: 1,
  },
  drift: {
    text: capabilityChangeLines(
      [{ ...drift, change: 'changed', before: { [EVIL]: 1 }, after: {}, truncated: false, omitted: 0 }],
      plain,
    ),
    lines: 1,
  },
  changes: {
    text: eventLine(
      {
        seq: 1,
        event_type: 'mcp_capabilities_changed',
        timestamp: TIME,
        event_data: { ...about, ...names, prompts: names, resources: names, truncated: true },
      },
      plain,
    ),
    lines: 1,
  },
}

test.each(Object.entries(TEXTS))('text of others does nothing to a terminal: %s', (_, { text, lines }) => {
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(text.split('\n')).toHaveLength(lines)
  expect(text).not.toContain('pwned')
})

test('a result of a tool keeps its lines and does nothing to a terminal', () => {
  const blocks = [
    { type: 'text', text: EVIL },
    { type: 'image', data: 'AAAA', mimeType: EVIL },
    { type: 'resource_link', uri: EVIL, name: EVIL },
    { type: 'resource', resource: { uri: EVIL, blob: 'AAAA' } },
    { type: EVIL, more: EVIL },
  ]
  const { text } = resultText({ content: blocks })
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(resultText({ structuredContent: { a: EVIL } }).text).toBe(jsonText({ a: EVIL }))
})
