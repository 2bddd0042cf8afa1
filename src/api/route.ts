import type { z } from 'zod'

/** Who may use a route: `public` everyone, else a role and those above it. Agents have the gateway and nothing here. */
export type Access = 'public' | 'viewer' | 'operator' | 'admin'

/** One route as data. `path` writes parameters as `:name`. Without `answer` there is no body (204). */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: `/${string}`
  readonly access: Access
  readonly summary: string
  readonly tags: readonly string[]
  readonly status: 200 | 201 | 202 | 204
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly answer?: z.ZodType
  /** What `answer` is sent as; left out: JSON. */
  readonly contentType?: string
  /** What comes instead of `answer` for who accepts `text/event-stream`, by the name of the event. */
  readonly events?: Readonly<Record<string, z.ZodType>>
}

export const API = '/api/v1'
export const SERVERS = `${API}/mcp/servers` as const
