import { timestamp } from '../../src/core/clock.ts'
import type { StoredCall } from '../../src/core/gateway/call-history.ts'
import { serverId } from '../../src/core/ids.ts'

export const aCall = (id: number, over: Partial<StoredCall> = {}): StoredCall => ({
  id,
  at: timestamp(Date.UTC(2026, 0, 1) + id),
  tokenId: 3,
  endpoint: '/mcp',
  serverId: serverId(7),
  server: 'github',
  method: 'tools/call',
  target: 'search',
  outcome: 'ok',
  reason: undefined,
  durationMs: 12.345,
  waitedMs: 0,
  bytesIn: 120,
  bytesOut: 900,
  clientVersion: '2026-07-28',
  serverVersion: '2025-11-25',
  traceId: undefined,
  payload: undefined,
  ...over,
})
