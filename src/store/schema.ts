import type { Generated } from 'kysely'
import type { OutcomeCounts } from '../core/history/roll-up.ts'

/** The databases we speak to. */
export type Dialect = 'sqlite' | 'postgres'

/**
 * Rows as stored, alike in SQLite and PostgreSQL. Times are integers, milliseconds since the Unix epoch; `body`,
 * `config`, `detail` and `value` of a setting are JSON text, checked when read.
 */
export type Tables = {
  /** The last number given out of each kind: a number is never given twice, whatever is deleted. */
  counter: { name: 'server' | 'event' | 'token' | 'commit' | 'collection'; value: number }
  server: {
    id: number
    name: string
    config: string
    /** Target and auth as the vault sealed them: URL, arguments, env and headers may all hold secrets. */
    sealed: string
    revision: number
    created_at: number
    updated_at: number
  }
  /** `identity`: what the upstream said of itself in its last handshake. */
  server_state: { server_id: number; status: string; body: string; identity: string | null }
  /** `dates` is null where nothing was listed since they are kept. */
  capabilities: { server_id: number; seen_at: number; body: string; dates: string | null }
  /** `before` and `after` are definitions as JSON; `truncated` is 0 or 1; `size` counts towards what a server may have. */
  capability_change: {
    id: Generated<number>
    server_id: number
    at: number
    kind: string
    name: string
    change: string
    before: string | null
    after: string | null
    truncated: number
    omitted: number
    size: number
  }
  check_log: {
    id: Generated<number>
    server_id: number
    at: number
    trigger: string
    outcome: string
    status: string
    response_time_ms: number
    tool_count: number | null
    /** Stages and failure; of a run those of its first check. */
    detail: string
    count: Generated<number>
    /** These three of a run only; `response_time_ms` is its mean. */
    until: number | null
    fastest_ms: number | null
    slowest_ms: number | null
  }
  /** `cause` is JSON; `ended_at` and `ended_by` are null while it is open. */
  incident: {
    id: Generated<number>
    server_id: number
    started_at: number
    cause: string
    worst: string
    cycles: number
    ended_at: number | null
    ended_by: string | null
  }
  span: { server_id: number; started_at: number; ended_at: number; kind: string }
  /** A column for each outcome; `latency` is a sketch as text. Times up and down are 0 in those of minutes. */
  roll_up: {
    server_id: number
    size: string
    started_at: number
    up_ms: number
    down_ms: number
    latency: string
  } & { -readonly [outcome in keyof OutcomeCounts]: number }
  /** `server_id` is no foreign key: events outlive their server. */
  event: {
    seq: number
    at: number
    type: string
    severity: string
    server_id: number | null
    server_name: string | null
    body: string
  }
  /** `server_id` is no foreign key: a call may end after its server is gone. `speed` is the bucket of a sketch that counts it. */
  call: {
    id: number
    at: number
    token_id: number
    endpoint: string
    server_id: number
    server: string
    method: string
    target: string | null
    outcome: string
    duration_us: number
    speed: number
    bytes_in: number
    bytes_out: number
    client_version: string
    server_version: string | null
    trace_id: string | null
    reason: string | null
    /** Null where it is not known. */
    waited_us: number | null
  }
  /** JSON as it was cut; `_truncated` is 0 or 1. */
  call_payload: {
    call_id: number
    at: number
    arguments: string
    arguments_truncated: number
    result: string | null
    result_truncated: number
  }
  setting: { key: string; value: string }
  /** `body` names servers by id without referring to them: a collection outlives its servers. */
  collection: {
    id: number
    name: string
    body: string
    revision: number
    created_at: number
    updated_at: number
  }
  token: {
    id: number
    kind: string
    name: string
    role: string
    hash: string
    parent_id: number | null
    created_at: number
    expires_at: number | null
    last_used_at: number | null
    /** JSON; null: everything. */
    limited_to: string | null
  }
}

/** Every table with its key, in an order in which rows can be inserted: what a row refers to comes first. */
export const TABLE_KEYS = {
  counter: ['name'],
  setting: ['key'],
  server: ['id'],
  server_state: ['server_id'],
  capabilities: ['server_id'],
  capability_change: ['id'],
  check_log: ['id'],
  incident: ['id'],
  span: ['server_id', 'started_at'],
  roll_up: ['server_id', 'size', 'started_at'],
  event: ['seq'],
  call: ['id'],
  call_payload: ['call_id'],
  collection: ['id'],
  token: ['id'],
} as const satisfies { readonly [table in keyof Tables]: readonly (keyof Tables[table])[] }
