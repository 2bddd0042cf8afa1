import type { Generated } from 'kysely'

/**
 * Rows as stored, alike in SQLite and PostgreSQL. Times are integers, milliseconds since the Unix epoch; `body`,
 * `config`, `detail` and `value` of a setting are JSON text, checked when read.
 */
export type Tables = {
  /** The last number given out of each kind: a number is never given twice, whatever is deleted. */
  counter: { name: 'server' | 'event' | 'token'; value: number }
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
  capabilities: { server_id: number; seen_at: number; body: string }
  check_log: {
    id: Generated<number>
    server_id: number
    at: number
    trigger: string
    outcome: string
    status: string
    response_time_ms: number
    tool_count: number | null
    /** Stages and failure. */
    detail: string
  }
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
  setting: { key: string; value: string }
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
  }
}
