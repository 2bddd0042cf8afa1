import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import type { EventView } from '../../api/events-view.ts'
import { eventLine } from './event-line.ts'

const timestamp = '2026-01-01T00:00:00.000Z'
const about = { server_id: 7, mcp_name: 'github', version: 1, severity: 'high' } as const
/** Without the time, which is told as local. */
const told = (event: EventView): string => eventLine(event, plain).slice('2026-01-01 00:00:00 '.length)

test('a change of status tells from what to what, and why', () => {
  const data = { ...about, old_status: 'healthy', new_status: 'disconnected', reason_code: null } as const
  const event = (reason: string | null): EventView => ({
    seq: 812,
    event_type: 'mcp_status_change',
    timestamp,
    event_data: { ...data, reason },
  })
  expect(told(event('Refused'))).toBe('  812 high     github healthy -> ✗ disconnected: Refused')
  expect(told(event(null))).toBe('  812 high     github healthy -> ✗ disconnected')
})

test('a check has no number, since it is not kept', () => {
  const line = told({
    event_type: 'mcp_health_check',
    timestamp,
    event_data: {
      ...about,
      health_status: 'healthy',
      trigger: 'scheduled',
      outcome: 'ok',
      healthy: true,
      reason_code: null,
      response_time_ms: 18,
      next_check_at: null,
      badges: ['degraded'],
    },
  })
  expect(line).toBe('    - high     github checked: ✓ healthy in 18 ms (scheduled, ok, degraded)')
})

test('a breaker that opens tells after how many failures, one that closes does not', () => {
  const event = (old_state: 'closed' | 'open', new_state: 'closed' | 'open'): EventView => ({
    seq: 1,
    event_type: 'circuit_breaker_state',
    timestamp,
    event_data: { ...about, old_state, new_state, failure_count: 5, failure_cycles: 0, retry_at: null },
  })
  expect(told(event('closed', 'open'))).toContain('github circuit closed -> open after 5 failures')
  expect(told(event('open', 'closed'))).toMatch(/open -> closed$/)
})

test('what concerns many is told of the fleet', () => {
  const data = { severity: 'critical', servers: ['a', 'b'], suspected: 'our own network' } as const
  const event = (active: boolean): EventView => ({
    seq: 1,
    event_type: 'mcp_common_cause',
    timestamp,
    event_data: { ...data, servers: [...data.servers], active },
  })
  expect(told(event(true))).toContain('fleet 2 servers fell together, suspected: our own network (a, b)')
  expect(told(event(false))).toContain('fleet common cause is over')
})

test('what changed in the lists of a server is told by name and sign', () => {
  const line = told({
    seq: 1,
    event_type: 'mcp_capabilities_changed',
    timestamp,
    event_data: {
      ...{ ...about, added: ['a'], removed: ['b'], truncated: true, changed: ['c', 'd'] },
      prompts: { added: [], removed: [], changed: [] },
      resources: { added: ['file:///x'], removed: [], changed: [] },
    },
  })
  expect(line).toContain('tools changed: +a -b ~c ~d, resources changed: +file:///x and more')
})
