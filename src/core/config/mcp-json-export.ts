import { isEnvReference } from './env-reference.ts'
import { authHeaders } from './header-auth.ts'
import { replaceUrlSecrets } from './public-url.ts'
import type { Secret } from './secret.ts'
import type { ServerConfig } from './server.ts'

/** One entry as every product reads it. */
export type McpJsonServer =
  | { readonly type: 'http' | 'sse'; readonly url: string; readonly headers?: Texts; readonly disabled?: true }
  | {
      readonly type: 'stdio'
      readonly command: string
      readonly args: string[]
      readonly env?: Texts
      readonly disabled?: true
    }
type Texts = Readonly<Record<string, string>>

export type Exported = { readonly config: ServerConfig; readonly enabled: boolean }

/**
 * The servers as an mcp.json without a secret in it: what is a reference stays, every other secret becomes
 * `${env:SERVER_KEY}`, a variable named after the server and the key, for whoever uses the file to set.
 */
export const exportMcpJson = (
  servers: readonly Exported[],
): { readonly mcpServers: Record<string, McpJsonServer> } => ({
  mcpServers: Object.fromEntries(servers.map((server) => [server.config.name, exportServer(server)])),
})

function exportServer({ config: { name, target, auth }, enabled }: Exported): McpJsonServer {
  const disabled = enabled ? {} : ({ disabled: true } as const)
  if (target.protocol === 'stdio') {
    const { command, args } = target
    const env = Object.entries(target.env).map(([key, secret]) => [key, withoutSecret(name, key, secret)] as const)
    return {
      type: 'stdio',
      command,
      args: [...args],
      ...(env.length > 0 ? { env: Object.fromEntries(env) } : {}),
      ...disabled,
    }
  }
  const headers = authHeaders(auth).map(
    (header) => [header.name, header.before + withoutSecret(name, header.name, header.secret)] as const,
  )
  return {
    type: target.protocol === 'sse' ? 'sse' : 'http',
    url: replaceUrlSecrets(target.url.reveal(), (what) => variable(name, `url_${what}`)),
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...disabled,
  }
}

/** Reads the secret only to tell a reference, which names a secret and holds none. */
function withoutSecret(serverName: string, key: string, secret: Secret): string {
  const text = secret.reveal()
  return isEnvReference(text) || /^Bearer \$\{env:\w+\}$/i.test(text) ? text : variable(serverName, key)
}

const variable = (serverName: string, key: string): string =>
  `\${env:${`${serverName}_${key}`
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')}}`
