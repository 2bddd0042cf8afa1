import type { Selectable } from 'kysely'
import { z } from 'zod'
import { OUTCOMES } from '../core/check.ts'
import type { CallCount, StoredCall } from '../core/gateway/call-history.ts'
import type { CallPayload } from '../core/gateway/call-payload.ts'
import { bucketOf } from '../core/history/sketch.ts'
import type { Tables } from './schema.ts'
import { checkStored, StoredServerId, StoredTimestamp, wholeMs } from './stored.ts'

const StoredOutcome = z.enum([...OUTCOMES, 'refused'])
const Columns = z.object({ at: StoredTimestamp, server_id: StoredServerId, outcome: StoredOutcome })

/** Every call has the same columns in the same order. */
export const callRow = (call: StoredCall): Tables['call'] => ({
  id: call.id,
  at: wholeMs(call.at),
  token_id: call.tokenId,
  endpoint: call.endpoint,
  server_id: call.serverId,
  server: call.server,
  method: call.method,
  target: call.target ?? null,
  outcome: call.outcome,
  duration_us: Math.round(call.durationMs * 1_000),
  speed: bucketOf(call.durationMs),
  bytes_in: call.bytesIn,
  bytes_out: call.bytesOut,
  client_version: call.clientVersion,
  server_version: call.serverVersion ?? null,
  trace_id: call.traceId ?? null,
  reason: call.reason ?? null,
  waited_us: Math.round(call.waitedMs * 1_000),
})

export function payloadRows({ id, at, payload }: StoredCall): Tables['call_payload'][] {
  if (payload === undefined) return []
  const { arguments: given, result } = payload
  return [
    {
      call_id: id,
      at: wholeMs(at),
      arguments: given.text,
      arguments_truncated: Number(given.truncated),
      result: result?.text ?? null,
      result_truncated: Number(result?.truncated ?? false),
    },
  ]
}

export const readPayload = (row: Selectable<Tables['call_payload']>): CallPayload => ({
  arguments: { text: row.arguments, truncated: row.arguments_truncated === 1 },
  result: row.result === null ? undefined : { text: row.result, truncated: row.result_truncated === 1 },
})

export function readCall(row: Selectable<Tables['call']>): StoredCall {
  const { at, server_id, outcome } = checkStored(Columns, row, `call ${row.id}`)
  return {
    id: row.id,
    at,
    tokenId: row.token_id,
    endpoint: row.endpoint,
    serverId: server_id,
    server: row.server,
    method: row.method,
    target: row.target ?? undefined,
    outcome,
    durationMs: row.duration_us / 1_000,
    bytesIn: row.bytes_in,
    bytesOut: row.bytes_out,
    clientVersion: row.client_version,
    serverVersion: row.server_version ?? undefined,
    traceId: row.trace_id ?? undefined,
    reason: row.reason ?? undefined,
    waitedMs: (row.waited_us ?? 0) / 1_000,
    payload: undefined,
  }
}

/** Calls that ended alike, counted by the database for each bucket of their durations. */
export type CountedRow = Pick<Tables['call'], 'server_id' | 'server' | 'method' | 'target' | 'outcome' | 'speed'> & {
  readonly count: number
}

export function readCounts(rows: readonly CountedRow[]): readonly CallCount[] {
  const alike = Map.groupBy(rows, ({ server_id, method, target, outcome }) =>
    JSON.stringify([server_id, method, target, outcome]),
  )
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const of = z.object({ server_id: StoredServerId, outcome: StoredOutcome })
    const { server_id, outcome } = checkStored(of, first, 'the calls')
    const { server, method, target } = first
    const durations = new Map(group.map(({ speed, count }) => [speed, count]))
    return [{ serverId: server_id, server, method, target: target ?? undefined, outcome, durations }]
  })
}
