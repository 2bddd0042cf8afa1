import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ROLES } from '../../src/core/token.ts'
import type { Omni2 } from './omni2.ts'

type Role = (typeof ROLES)[number]

/** A request somebody might make, as `fetch` takes it. */
export type Attempt = { readonly method: string; readonly path: string; readonly body?: unknown }

const SERVERS = '/api/v1/mcp/servers'

/** A command that leaves a file behind when it is ever run. */
export class Canary {
  readonly file: string
  readonly command = 'touch'

  constructor(folder: string, name: string) {
    this.file = path.join(folder, name)
  }
  get config(): { command: string; args: string[] } {
    return { command: this.command, args: [this.file] }
  }
  get sang(): boolean {
    return existsSync(this.file)
  }
}

/** Each way to hand Omni2 a command of one's own. `urlServer` is a registered server that has a URL. */
export const waysToDefine = (
  urlServer: number,
): Readonly<Record<string, (canary: Canary, name: string) => Attempt>> => ({
  create: ({ config }, name) => ({ method: 'POST', path: SERVERS, body: { name, protocol: 'stdio', ...config } }),
  'change a URL into a command': ({ config }) => ({
    method: 'PATCH',
    path: `${SERVERS}/${urlServer}`,
    body: { protocol: 'stdio', ...config },
  }),
  discover: ({ config }) => ({ method: 'POST', path: `${SERVERS}/discover`, body: config }),
  'discover over a registered server': ({ config }) => ({
    method: 'POST',
    path: `${SERVERS}/discover`,
    body: { server_id: urlServer, protocol: 'stdio', auth_type: 'none', ...config },
  }),
  'import as mcpServers': ({ config }, name) => ({
    method: 'POST',
    path: `${SERVERS}/import`,
    body: { mcpServers: { [name]: config } },
  }),
  'import as text': ({ config }, name) => ({
    method: 'POST',
    path: `${SERVERS}/import`,
    body: { text: JSON.stringify({ servers: { [name]: { type: 'stdio', ...config } } }) },
  }),
})

/** Each way to have the command of the registered server `id` run. */
export const waysToRun = (id: number): readonly Attempt[] => [
  { method: 'POST', path: `${SERVERS}/${id}/health-check` },
  { method: 'POST', path: `${SERVERS}/${id}/reload` },
  { method: 'POST', path: `${SERVERS}/${id}/enable` },
  { method: 'POST', path: `${SERVERS}/${id}/tools/any/call`, body: {} },
  { method: 'POST', path: `${SERVERS}/${id}/circuit-breaker/reset` },
  { method: 'POST', path: `${SERVERS}/health-check`, body: { ids: [id] } },
  { method: 'PATCH', path: `${SERVERS}/${id}`, body: { enabled: true } },
]

/** Makes the attempt with a token, or without any. */
export async function attempt({ url }: Omni2, token: string | undefined, what: Attempt): Promise<Response> {
  return await fetch(`${url}${what.path}`, {
    method: what.method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(what.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(what.body === undefined ? {} : { body: JSON.stringify(what.body) }),
  })
}

export const tokenFor = async ({ api }: Omni2, role: Role, lifeMs?: number): Promise<string> => {
  const expires_at = lifeMs === undefined ? null : new Date(Date.now() + lifeMs).toISOString()
  return (await api.createToken({ body: { name: role, role, expires_at } })).token
}
