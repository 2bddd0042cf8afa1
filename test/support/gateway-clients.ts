import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'

const INFO = { name: 'test-client', version: '1.0.0' }

type Place = { readonly url: string; readonly path: string; readonly token: string }

const options = (token: string) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } })

/** A client that people use today: SDK 1.x, with a session. */
export async function legacyClient({ url, path, token }: Place, client = new LegacyClient(INFO)) {
  const transport = new LegacyTransport(new URL(path, url), options(token))
  await client.connect(transport)
  const call = async (name: string, args: Record<string, unknown> = {}, signal?: AbortSignal) =>
    shown(await client.callTool({ name, arguments: args }, undefined, { ...(signal && { signal }) }))
  const end = async () => {
    await transport.terminateSession().catch(() => {})
    await client.close()
  }
  return { client, transport, call, [Symbol.asyncDispose]: end }
}

/** A client of the current revision: SDK 2.x, without sessions. */
export async function modernClient({ url, path, token }: Place, client = aModernClient()) {
  const transport = new ModernTransport(new URL(path, url), options(token))
  await client.connect(transport)
  const call = async (name: string, args: Record<string, unknown> = {}, signal?: AbortSignal) =>
    shown(await client.callTool({ name, arguments: args }, { ...(signal && { signal }) }))
  return { client, transport, call, [Symbol.asyncDispose]: () => client.close() }
}

const aModernClient = () => new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } })

type Shown = { readonly text: string; readonly isError: boolean; readonly meta: Record<string, unknown> }

/** The first text of a result, and whether it is a failure. */
function shown(result: object): Shown {
  const { content, isError = false, _meta = {} } = result as CallToolResult // what callTool promises, less the history
  const [first] = content
  return { text: first?.type === 'text' ? first.text : '', isError, meta: _meta }
}
