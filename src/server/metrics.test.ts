import { afterEach, expect, test } from 'vitest'
import { aCall } from '../../test/support/calls.ts'
import { rise } from '../../test/support/fakes.ts'
import { aNotice, aServerView, aStatusChange } from '../../test/support/wire-samples.ts'
import { timestamp } from '../core/clock.ts'
import type { CheckNotice, StoredEvent } from '../core/events.ts'
import { Feed } from '../core/feed.ts'
import type { StoredCall } from '../core/gateway/call-history.ts'
import { serverId } from '../core/ids.ts'
import { Metrics } from './metrics.ts'

const closing: Metrics[] = []
afterEach(() => {
  for (const metrics of closing.splice(0)) metrics.close()
})

function setup(servers = [aServerView(7, { name: 'github' })]) {
  const events = new Feed<StoredEvent>(rise)
  const checks = new Feed<CheckNotice>(rise)
  const calls = new Feed<readonly StoredCall[]>(rise)
  const metrics = new Metrics({ events, checks, calls, servers: () => servers, liveClients: () => 3, backlog: () => 4 })
  closing.push(metrics)
  return { events, checks, calls, metrics }
}

test('a server has 1 for its status and its circuit, and 0 for the others', async () => {
  const text = await setup().metrics.text()
  expect(text).toContain('omni2_server_status{server="github",status="healthy"} 1\n')
  expect(text).toContain('omni2_server_status{server="github",status="disconnected"} 0\n')
  expect(text.match(/omni2_server_status\{.*\} 1/g)).toHaveLength(1)
  expect(text).toContain('omni2_circuit_state{server="github",state="closed"} 1\n')
  expect(text).toContain('omni2_ws_clients 3\n')
  expect(text).toContain('omni2_store_backlog 4\n')
})

test('calls of agents are counted by server, with how long they took, until the server is gone', async () => {
  const { calls, events, metrics } = setup()
  calls.emit([aCall(1, { durationMs: 4 }), aCall(2, { durationMs: 700, outcome: 'app_error' })])
  calls.emit([aCall(3, { durationMs: 90_000 }), aCall(4, { outcome: 'refused', durationMs: 0.01 })])
  const text = await metrics.text()
  expect(text).toContain('omni2_calls_total{server="github",outcome="ok"} 2\n')
  expect(text).toContain('omni2_calls_total{server="github",outcome="app_error"} 1\n')
  expect(text).toContain('omni2_calls_total{server="github",outcome="refused"} 1\n')
  expect(text).toContain('omni2_call_duration_seconds_bucket{server="github",le="0.001"} 1\n')
  expect(text).toContain('omni2_call_duration_seconds_bucket{server="github",le="0.005"} 2\n')
  expect(text).toContain('omni2_call_duration_seconds_bucket{server="github",le="1"} 3\n')
  expect(text).toContain('omni2_call_duration_seconds_bucket{server="github",le="60"} 3\n')
  expect(text).toContain('omni2_call_duration_seconds_bucket{server="github",le="+Inf"} 4\n')
  expect(text).toContain('omni2_call_duration_seconds_count{server="github"} 4\n')
  expect(text).toMatch(/omni2_call_duration_seconds_sum\{server="github"\} 90\.704/)
  const serverId = aCall(1).serverId
  const gone = { type: 'mcp_server_deleted', serverId, serverName: 'github', version: 1, severity: 'info' } as const
  events.emit({ seq: 1, at: timestamp(0), event: gone })
  expect(await metrics.text()).not.toContain('omni2_calls_total{')
})

test('checks, events and requests are counted', async () => {
  const { events, checks, metrics } = setup()
  checks.emit(aNotice())
  checks.emit(aNotice({ responseTimeMs: 300 }))
  checks.emit(aNotice({ outcome: 'connect', trigger: 'manual' }))
  events.emit(aStatusChange(1))
  metrics.countRequest({ method: 'GET', route: '/api/v1/mcp/servers/:id', status: 200, seconds: 0.01 })
  const text = await metrics.text()
  expect(text).toContain('omni2_checks_total{server="github",outcome="ok",trigger="scheduled"} 2')
  expect(text).toContain('omni2_checks_total{server="github",outcome="connect",trigger="manual"} 1')
  expect(text).toContain('omni2_check_duration_seconds_bucket{le="0.25",outcome="ok"} 1')
  expect(text).toContain('omni2_events_total{type="mcp_status_change"} 1')
  expect(text).toContain('omni2_http_requests_total{method="GET",route="/api/v1/mcp/servers/:id",status="200"} 1')
})

test('a server that is gone or renamed leaves no series behind', async () => {
  const { events, checks, metrics } = setup([])
  checks.emit(aNotice({ serverName: 'before' }))
  checks.emit(aNotice({ serverName: 'after' }))
  expect(await metrics.text()).not.toContain('server="before"')
  expect(await metrics.text()).toContain('server="after"')
  const about = { serverId: serverId(7), serverName: 'after', version: 1, severity: 'info' } as const
  events.emit({ seq: 1, at: timestamp(0), event: { type: 'mcp_server_deleted', ...about } })
  expect(await metrics.text()).not.toContain('server="after"')
})

test('every line is one that Prometheus reads', async () => {
  const { checks, metrics } = setup(Array.from({ length: 2_500 }, (_, index) => aServerView(index + 1)))
  checks.emit(aNotice())
  const lines = (await metrics.text()).split('\n')
  const bad = lines.filter((line) => !/^(#.*|[a-z_0-9]+(\{([a-z_]+="[^"]*",?)*\})? [-+.e\d]+|)$/.test(line))
  expect(bad).toEqual([])
  expect(lines.filter((line) => line.startsWith('omni2_server_status'))).toHaveLength(2_500 * 6)
})

test('after it is closed nothing is counted', async () => {
  const { checks, metrics } = setup()
  metrics.close()
  checks.emit(aNotice())
  expect(await metrics.text()).not.toContain('omni2_checks_total{')
})
