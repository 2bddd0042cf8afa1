import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../demo/omni2-process.ts'
import { folder } from '../watched-fleet.ts'
import { GatewayProcess } from './gateway-process.ts'
import type { Endpoint } from './mcp-caller.ts'

/** A gateway under way, and how its one tool is called. */
export type Peer = Endpoint & {
  readonly name: string
  readonly pid: number
  readonly tool: string
  readonly argumentsOf: (args: object) => object
}

type Place = { readonly owned: AsyncDisposableStack; readonly upstream: string }

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const STDIO_SERVER = require.resolve('../stdio-server.ts')
const SLOP = '@standardbeagle/slop-mcp'
const same = (args: object): object => args

/** The gateways of other people, each as its documentation starts it. `upstream`: the URL of the server behind those that take one. */
export async function startPeers(place: Place): Promise<readonly Peer[]> {
  return [
    await sdkGateway(place),
    await mcpProxy(place),
    await supergateway(place),
    await mcpHub(place),
    await passthrough(place),
    await slop(place),
  ]
}

/** Names the place of a file in a package of this folder. */
const within = (name: string, file: string): string => path.join(import.meta.dirname, 'node_modules', name, file)

const versioned = (name: string): string => {
  const { version }: { version: string } = require(within(name, 'package.json'))
  return `${name} ${version}`
}

async function started(
  { owned }: Place,
  words: (port: number) => readonly string[],
  env: (port: number) => Readonly<Record<string, string>> = () => ({}),
): Promise<{ readonly url: string; readonly pid: number }> {
  const port = await freePort(0)
  const { url, pid } = owned.use(await GatewayProcess.start({ port, words: words(port), env: env(port) }))
  return { url, pid }
}

const node = (script: string, ...args: readonly string[]): readonly string[] => [process.execPath, script, ...args]

async function sdkGateway(place: Place): Promise<Peer> {
  const at = await started(place, (port) => node(require.resolve('./sdk-gateway.ts'), `${port}`, place.upstream))
  const name = 'the least of the SDK'
  return { ...at, name, path: '/mcp', transport: 'http-streamable', tool: 'look-up-0', argumentsOf: same }
}

/** In front of one process, which all its sessions share. */
async function mcpProxy(place: Place): Promise<Peer> {
  const options = ['--host', '127.0.0.1', '--server', 'stream']
  const at = await started(place, (port) =>
    node(within('mcp-proxy', 'dist/bin/mcp-proxy.mjs'), '--port', `${port}`, ...options, '--', ...node(STDIO_SERVER)),
  )
  const name = versioned('mcp-proxy')
  return { ...at, name, path: '/mcp', transport: 'http-streamable', tool: 'look-up-0', argumentsOf: same }
}

/** In front of a process for each session. */
async function supergateway(place: Place): Promise<Peer> {
  const options = ['--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none']
  const at = await started(place, (port) =>
    node(
      within('supergateway', 'dist/index.js'),
      '--port',
      `${port}`,
      ...options,
      '--stdio',
      node(STDIO_SERVER).join(' '),
    ),
  )
  const name = versioned('supergateway')
  return { ...at, name, path: '/mcp', transport: 'http-streamable', tool: 'look-up-0', argumentsOf: same }
}

/** Its clients speak HTTP+SSE. */
async function mcpHub(place: Place): Promise<Peer> {
  const home = await folder(place.owned)
  const config = path.join(home, 'servers.json')
  await writeFile(config, JSON.stringify({ mcpServers: { a: { url: place.upstream } } }))
  const at = await started(
    place,
    (port) => node(within('mcp-hub', 'dist/cli.js'), '--port', `${port}`, '--config', config),
    () => ({ HOME: home }),
  )
  return { ...at, name: versioned('mcp-hub'), path: '/mcp', transport: 'sse', tool: 'a__look-up-0', argumentsOf: same }
}

async function passthrough(place: Place): Promise<Peer> {
  const { origin, pathname } = new URL(place.upstream)
  const name = '@civic/passthrough-mcp-server'
  const at = await started(
    place,
    () => node(within(name, 'dist/cli.js')),
    (port) => ({
      PORT: `${port}`,
      TARGET_SERVER_URL: origin,
      TARGET_SERVER_MCP_PATH: pathname,
      SOURCE_SERVER_MCP_PATH: '/mcp',
      LOG_LEVEL: 'error',
    }),
  )
  const tool = 'look-up-0'
  return { ...at, name: versioned(name), path: '/mcp', transport: 'http-streamable', tool, argumentsOf: same }
}

/** A program in Go, which calls the tools of others through one of its own. */
async function slop(place: Place): Promise<Peer> {
  const home = await folder(place.owned)
  const program = within(SLOP, `binaries/slop-mcp-linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}`)
  const server = JSON.stringify({ type: 'streamable', url: place.upstream })
  await run(program, ['mcp', 'add-json', 'a', server, '--user'], { cwd: home, env: { HOME: home } })
  const at = await started(
    place,
    (port) => [program, 'serve', '--port', `${port}`],
    () => ({ HOME: home }),
  )
  const argumentsOf = (parameters: object) => ({ mcp_name: 'a', tool_name: 'look-up-0', parameters })
  return { ...at, name: versioned(SLOP), path: '/mcp', transport: 'sse', tool: 'execute_tool', argumentsOf }
}
