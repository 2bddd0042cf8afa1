import { once } from 'node:events'
import { createServer } from 'node:http'
import path from 'node:path'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Secret } from '../src/core/config/secret.ts'
import { serverId } from '../src/core/ids.ts'
import { ByteBudget } from '../src/mcp/byte-budget.ts'
import { OpenFiles } from '../src/mcp/open-files.ts'
import { StdioChannel } from '../src/mcp/stdio/stdio-channel.ts'
import type { UpstreamsDeps } from '../src/mcp/upstreams.ts'
import { systemClock } from '../src/server/system-clock.ts'
import type { ChildServer } from './support/child-server.ts'
import { dualEraServer, hostileServer, legacyServer, needsLogin } from './support/fixture-servers.ts'
import { portOf } from './support/ports.ts'
import {
  everythingHttp,
  everythingSse,
  everythingStdio,
  filesystemStdio,
  memoryStdio,
  modernProxy,
} from './support/real-servers.ts'
import { stdioBench } from './support/stdio.ts'
import { aServerAt, FOREVER, HeldClock, httpTarget, someUpstreams } from './support/upstreams.ts'

type Peer = {
  readonly name: string
  readonly start: () => Promise<ChildServer>
  readonly protocol: 'http-streamable' | 'sse'
  readonly era: 'modern' | 'legacy'
  readonly tool: string
  readonly args: Record<string, string>
}

const PEERS: readonly Peer[] = [
  {
    name: 'server-everything over HTTP',
    start: everythingHttp,
    protocol: 'http-streamable',
    era: 'legacy',
    tool: 'echo',
    args: { message: 'hi' },
  },
  {
    name: 'server-everything over SSE',
    start: everythingSse,
    protocol: 'sse',
    era: 'legacy',
    tool: 'echo',
    args: { message: 'hi' },
  },
  {
    name: 'mcp-proxy in front of a stdio server',
    start: () => modernProxy(),
    protocol: 'http-streamable',
    era: 'modern',
    tool: 'echo',
    args: { message: 'hi' },
  },
  {
    name: 'a server on SDK 1.x',
    start: legacyServer,
    protocol: 'http-streamable',
    era: 'legacy',
    tool: 'echo',
    args: { text: 'hi' },
  },
  {
    name: 'a server of both eras on SDK 2.x',
    start: dualEraServer,
    protocol: 'http-streamable',
    era: 'modern',
    tool: 'echo',
    args: { text: 'hi' },
  },
]

describe.each(PEERS)('$name', ({ start, protocol, era, tool, args }) => {
  test('is checked, listed, called, and found again after it died', async () => {
    await using peer = await start()
    await using bench = someUpstreams()
    const server = aServerAt(peer.url, { target: httpTarget(peer.url, protocol) })
    const first = await bench.deep(server)
    expect(first).toMatchObject({ outcome: 'ok', identity: { era, serverInfo: { name: expect.any(String) } } })
    expect(first.capabilities?.tools.map(({ name }) => name)).toContain(tool)
    expect(first.capabilities?.dropped).toEqual([])
    // The session is kept; a request may need another connection while one is still busy.
    const kept = await bench.shallow(server)
    expect(kept.outcome).toBe('ok')
    expect(kept.stages.filter(({ stage }) => stage !== 'connect')).toMatchObject([{ stage: 'handshake', ok: true }])

    const called = await bench.upstreams.callTool(server, { tool, args }, FOREVER)
    expect(called).toMatchObject({ outcome: 'ok', result: { content: [{ type: 'text' }] } })
    const refused = await bench.upstreams.callTool(server, { tool: 'no such tool', args: {} }, FOREVER)
    expect(['ok', 'app_error']).toContain(refused.outcome) // SDK 1.x says it in a result, 2.x with an error

    await peer.kill()
    expect(await bench.shallow(server)).toMatchObject({ outcome: 'connect' })
    await peer.restart()
    expect(await bench.deep(server)).toMatchObject({ outcome: 'ok', identity: { era } })
  })
})

test('server-everything lists prompts and resources too', async () => {
  await using peer = await everythingHttp()
  await using bench = someUpstreams()
  const { capabilities } = await bench.deep(aServerAt(peer.url))
  expect(capabilities?.prompts.length).toBeGreaterThan(0)
  expect(capabilities?.resources.length).toBeGreaterThan(0)
})

test('a server that forgot the session is greeted again, with no failure seen', async () => {
  await using peer = await legacyServer()
  await using bench = someUpstreams()
  const server = aServerAt(peer.url)
  await bench.shallow(server)
  await peer.forgetSessions()
  expect(await bench.shallow(server)).toMatchObject({ outcome: 'ok' })
  await peer.forgetSessions()
  expect(await bench.call(server)).toMatchObject({ outcome: 'ok' })
  await bench.upstreams.close()
  expect(await peer.sessionCount()).toBe(0)
})

test('a POST-only server is healthy', async () => {
  await using peer = await legacyServer()
  await peer.behave({ postOnly: true })
  await using bench = someUpstreams()
  expect(await bench.deep(aServerAt(peer.url))).toMatchObject({ outcome: 'ok' })
})

test('a server that wants a token says so, and is healthy with it', async () => {
  await using peer = await needsLogin('open-sesame')
  await using bench = someUpstreams()
  expect(await bench.deep(aServerAt(peer.url))).toMatchObject({ outcome: 'auth', failure: { code: 'auth_required' } })
  const auth = { type: 'bearer', token: new Secret('open-sesame') } as const
  expect(await bench.deep(aServerAt(peer.url, { auth }, 2))).toMatchObject({ outcome: 'ok' })
})

test('a paused server hangs until the deadline, and is well again once resumed', async () => {
  await using peer = await legacyServer()
  const clock = new HeldClock()
  await using bench = someUpstreams({ clock })
  const server = aServerAt(peer.url, { timeoutMs: 4_000 })
  await bench.shallow(server)
  peer.pause()
  const check = bench.shallow(server)
  await expect.poll(() => clock.waiting).toContain(4_000)
  clock.fire(4_000)
  expect(await check).toMatchObject({ outcome: 'protocol', failure: { code: 'timeout', stage: 'handshake' } })
  peer.resume()
  expect(await bench.shallow(server)).toMatchObject({ outcome: 'ok' })
})

test.each(['legacy', 'modern'] as const)('nothing a hostile %s server answers is mistaken for health', async (era) => {
  await using peer = await hostileServer(era)
  await using bench = someUpstreams()
  const server = aServerAt(peer.url)
  expect(await bench.deep(server)).toMatchObject({ outcome: 'ok', identity: { era } })
  const expected = {
    reset: 'connection_reset',
    'not-json': 'invalid_response',
    'server-error': 'http_status',
    'endless-body': 'response_too_large',
    'endless-stream': 'response_too_large',
    'wrong-id': 'invalid_response',
    redirect: 'redirect_refused',
    'many-tools': 'response_too_large',
    'repeated-cursor': 'invalid_response',
    'endless-pages': 'response_too_large',
  } as const
  for (const [behaviour, code] of Object.entries(expected)) {
    await peer.behave(behaviour as keyof typeof expected) // a key of the table above
    const result = await bench.deep(server)
    expect.soft([behaviour, 'failure' in result ? result.failure.code : result.outcome]).toEqual([behaviour, code])
  }
  await peer.behave('deep-nesting')
  expect(await bench.deep(server)).toMatchObject({ outcome: 'ok', capabilities: { dropped: [{ kind: 'tool' }] } })
  await peer.relent()
  expect(await bench.deep(server)).toMatchObject({ outcome: 'ok', identity: { era } })
})

test('real stdio servers are started, checked, called and ended', async () => {
  const { processes, dataDir, end } = await stdioBench()
  const environment = { PATH: process.env.PATH }
  const host = { processes, files: new OpenFiles(), environment, cwd: dataDir, clock: systemClock }
  const openProcess: UpstreamsDeps['openProcess'] = (launch, listener) =>
    new StdioChannel({ ...host, launch, listener, memory: new ByteBudget() })
  const bench = someUpstreams({ openProcess })
  onTestFinished(async () => {
    await bench.upstreams.close()
    await end()
  })
  const servers = [everythingStdio(), filesystemStdio(dataDir), memoryStdio(path.join(dataDir, 'memory.json'))]
  for (const [at, { command, args, env }] of servers.entries()) {
    const secrets = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, new Secret(value)]))
    const target = { protocol: 'stdio', command, args, env: secrets } as const
    const server = { ...aServerAt('http://unused/', { target }), id: serverId(at + 1) }
    const result = await bench.deep(server)
    expect(result).toMatchObject({ outcome: 'ok', identity: { era: 'legacy' } })
    expect(result.stages.map(({ stage }) => stage)).toEqual(['spawn', 'handshake', 'tools_list'])
    expect(await bench.shallow(server)).toMatchObject({ outcome: 'ok' })
    expect(bench.upstreams.stderr(server.id)).toBeDefined()
  }
  expect(bench.signals.filter(({ type }) => type === 'process_exited')).toEqual([])
})

test('the SSE server of SDK 1.x is spoken to like any other', async () => {
  const transports = new Map<string, SSEServerTransport>()
  const http = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'GET') {
      const server = new McpServer({ name: 'old', version: '1.0.0' })
      server.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: 'hello' }] }))
      const transport = new SSEServerTransport('/messages', response)
      transports.set(transport.sessionId, transport)
      await server.connect(transport)
    } else {
      await transports.get(url.searchParams.get('sessionId') ?? '')?.handlePostMessage(request, response)
    }
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  const url = `http://127.0.0.1:${portOf(http)}/sse`
  await using bench = someUpstreams()
  const server = aServerAt(url, { target: httpTarget(url, 'sse') })
  expect(await bench.deep(server)).toMatchObject({ outcome: 'ok', capabilities: { tools: [{ name: 'hello' }] } })
  expect(await bench.call(server, 'hello')).toMatchObject({ outcome: 'ok', result: { content: [{ text: 'hello' }] } })
})
