import type { CallDetail, CallView, RecentTrafficView, TrafficView } from '../../api/calls.ts'
import { errorRatio, type StoredCall, type Traffic } from '../../core/gateway/call-history.ts'
import { KEPT_BYTES, type KeptText } from '../../core/gateway/call-payload.ts'
import { type Recent, TRAFFIC_WINDOW_MS } from '../../core/gateway/recent-traffic.ts'
import { iso } from './time.ts'

/** `tokenName`: of the token with an id, while there is one. */
export const callView = (call: StoredCall, tokenName: (id: number) => string | undefined): CallView => ({
  id: call.id,
  timestamp: iso(call.at),
  token_id: call.tokenId,
  token_name: tokenName(call.tokenId) ?? null,
  endpoint: call.endpoint,
  server_id: call.serverId,
  server_name: call.server,
  method: call.method,
  target: call.target ?? null,
  outcome: call.outcome,
  reason: call.reason ?? null,
  duration_ms: Math.round(call.durationMs * 1_000) / 1_000,
  waited_ms: Math.round(call.waitedMs * 1_000) / 1_000,
  bytes_in: call.bytesIn,
  bytes_out: call.bytesOut,
  client_version: call.clientVersion,
  server_version: call.serverVersion ?? null,
  trace_id: call.traceId ?? null,
})

export const callDetail = (call: StoredCall, tokenName: Parameters<typeof callView>[1]): CallDetail => ({
  ...callView(call, tokenName),
  arguments: keptTextView(call.payload?.arguments),
  result: keptTextView(call.payload?.result),
})

const keptTextView = (kept: KeptText | undefined) => (kept === undefined ? null : { ...kept, kept_bytes: KEPT_BYTES })

export const trafficView = (traffic: Traffic, overMs: number): TrafficView => ({
  calls: traffic.calls,
  errors: traffic.errors,
  refused: traffic.refused,
  cancelled: traffic.cancelled,
  per_minute: perMinute(traffic.calls, overMs),
  error_ratio: errorRatio(traffic) ?? null,
  p50_ms: traffic.latency.p50Ms ?? null,
  p95_ms: traffic.latency.p95Ms ?? null,
  p99_ms: traffic.latency.p99Ms ?? null,
})

export const recentTrafficView = (recent: Recent | undefined): RecentTrafficView | null =>
  recent === undefined
    ? null
    : {
        calls: recent.calls,
        per_minute: perMinute(recent.calls, TRAFFIC_WINDOW_MS),
        error_ratio: errorRatio(recent) ?? null,
        window_seconds: TRAFFIC_WINDOW_MS / 1_000,
      }

const perMinute = (calls: number, overMs: number): number => (overMs > 0 ? (calls * 60_000) / overMs : 0)
