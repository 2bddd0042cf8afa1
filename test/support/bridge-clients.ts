import path from 'node:path'
import { Client as ModernClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { COMPILED } from './command-line.ts'

const INFO = { name: 'test-client', version: '1.0.0' }

type Place = { readonly url: string; readonly token: string; readonly words?: readonly string[] }

/** `omni2 connect` as a client starts it. */
const bridgeCommand = ({ url, token, words = [] }: Place) => ({
  command: process.execPath,
  args: [path.resolve('bin/omni2.cjs'), 'connect', ...words],
  env: { PATH: process.env.PATH ?? '', ...COMPILED, OMNI2_URL: url, OMNI2_TOKEN: token },
  stderr: 'pipe' as const,
})

/** SDK 1.x behind the bridge. */
export async function legacyBridge(place: Place, client = new LegacyClient(INFO)) {
  await client.connect(new LegacyTransport(bridgeCommand(place)))
  return { client, [Symbol.asyncDispose]: () => client.close() }
}

/** SDK 2.x behind the bridge, which finds out that modern requests pass. */
export async function modernBridge(place: Place) {
  const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new ModernTransport(bridgeCommand(place)))
  return { client, [Symbol.asyncDispose]: () => client.close() }
}
