import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Client, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { scanProcesses } from '../src/mcp/stdio/process-scan.ts'
import { dualEraServer, hostileServer, legacyServer, needsLogin } from './support/fixture-servers.ts'
import { deadPort, silentPort } from './support/ports.ts'
import { everythingHttp, everythingSse, everythingStdio, modernProxy } from './support/real-servers.ts'

const identity = { name: 'test', version: '1.0.0' }

async function legacyClient(url: string, token?: string): Promise<LegacyClient> {
  const client = new LegacyClient(identity)
  const requestInit = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
  onTestFinished(() => client.close())
  return client
}

async function autoClient(url: string): Promise<Client> {
  const client = new Client(identity, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new ModernTransport(new URL(url)))
  onTestFinished(() => client.close())
  return client
}

const post = (url: string, method: string, params: unknown = {}, signal = AbortSignal.timeout(5_000)) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-secret': 's3cret',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    redirect: 'manual',
    signal,
  })

const Listed = z.object({
  id: z.unknown(),
  result: z.object({ tools: z.array(z.unknown()), nextCursor: z.string().optional() }),
})

const aliveInGroup = async (groupId: number) => (await scanProcesses()).filter((row) => row.groupId === groupId)

test('real servers answer over each transport', async () => {
  await using http = await everythingHttp()
  expect((await (await legacyClient(http.url)).listTools()).tools.length).toBeGreaterThan(5)
  await using sse = await everythingSse()
  const overSse = new LegacyClient(identity)
  await overSse.connect(new SSEClientTransport(new URL(sse.url)))
  expect((await overSse.listTools()).tools.length).toBeGreaterThan(5)
  await overSse.close()
  const { command, args } = everythingStdio()
  const overStdio = new LegacyClient(identity)
  await overStdio.connect(new StdioClientTransport({ command, args: [...args], stderr: 'ignore' }))
  expect((await overStdio.listTools()).tools.length).toBeGreaterThan(5)
  await overStdio.close()
})

test('the proxy is a modern server, and dies with the server behind it', async () => {
  await using proxy = await modernProxy()
  const client = await autoClient(proxy.url)
  expect(client.getProtocolEra()).toBe('modern')
  expect((await client.listTools()).tools.length).toBeGreaterThan(5)
  const { pid } = proxy
  expect(await aliveInGroup(pid)).toHaveLength(2)
  await proxy.kill()
  await expect.poll(() => aliveInGroup(pid)).toEqual([])
})

test('a killed server comes back at the same address', async () => {
  await using server = await legacyServer()
  const { url, pid } = server
  await server.restart()
  expect(server.url).toBe(url)
  expect(server.pid).not.toBe(pid)
  await legacyClient(url)
})

test('a server ends with the process that started it, even a killed one', async () => {
  const start = "import('./test/support/real-servers.ts').then((s) => s.modernProxy()).then((s) => console.log(s.pid))"
  const parent = spawn(process.execPath, ['-e', start], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line]: unknown[] = await once(parent.stdout, 'data')
  const pid = Number(line)
  expect(await aliveInGroup(pid)).toHaveLength(2)
  parent.kill('SIGKILL')
  await expect.poll(() => aliveInGroup(pid), { timeout: 5_000 }).toEqual([])
})

test('the legacy fixture misbehaves as told and tells what it was asked', async () => {
  await using server = await legacyServer()
  const client = await legacyClient(server.url)
  const changed = Promise.withResolvers<void>()
  client.fallbackNotificationHandler = async ({ method }) => {
    if (method === 'notifications/tools/list_changed') changed.resolve()
  }
  await expect.poll(async () => (await server.requests()).some(({ http }) => http === 'GET')).toBe(true)
  await server.behave({ tools: ['only'] })
  await changed.promise
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['only'])
  await server.behave({ call: 'is_error' })
  expect(await client.callTool({ name: 'only', arguments: {} })).toMatchObject({ isError: true })
  await server.behave({ toolsListFails: true })
  await expect(client.listTools()).rejects.toThrow('The tool index is broken')
  await server.behave({ refuse: { status: 503, retryAfter: '7' } })
  const refused = await post(server.url, 'ping')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7'])
  await server.behave({ refuse: null, postOnly: true })
  expect((await fetch(server.url)).status).toBe(405)
  expect(await server.sessionCount()).toBe(1)
  await server.forgetSessions()
  await expect(client.ping()).rejects.toMatchObject({ code: 404 })
  expect((await server.requests()).map(({ rpc }) => rpc)).toContain('tools/call')
})

test('who has no token is told how to get in', async () => {
  await using server = await needsLogin('open-sesame')
  const refused = await post(server.url, 'initialize')
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer /)
  expect((await (await legacyClient(server.url, 'open-sesame')).listTools()).tools).toHaveLength(2)
})

test('the dual-era fixture answers both eras', async () => {
  await using server = await dualEraServer()
  expect((await autoClient(server.url)).getProtocolEra()).toBe('modern')
  expect((await (await legacyClient(server.url)).listTools()).tools).toHaveLength(1)
  await server.setExtraTools(['extra'])
  expect((await (await autoClient(server.url)).listTools()).tools).toHaveLength(2)
})

test.each(['legacy', 'modern'] as const)(
  'the hostile fixture is an honest %s server until told otherwise',
  async (era) => {
    await using server = await hostileServer(era)
    const client = await autoClient(server.url)
    expect(client.getProtocolEra()).toBe(era)
    expect((await client.callTool({ name: 'headers', arguments: {} })).content).toHaveLength(1)
  },
)

test('the hostile fixture breaks the rule it is told to break', async () => {
  await using server = await hostileServer()
  const listed = async () => Listed.parse(await (await post(server.url, 'tools/list')).json())
  await server.behave('wrong-id')
  expect(await listed()).toMatchObject({ id: 'nobody-asked-this' })
  await server.behave('many-tools')
  expect((await listed()).result.tools).toHaveLength(100_000)
  await server.behave('repeated-cursor')
  expect((await listed()).result.nextCursor).toBe((await listed()).result.nextCursor)
  await server.behave('deep-nesting')
  expect(await (await post(server.url, 'tools/list')).text()).toContain('{"items":{"items":'.repeat(100))
  await server.behave('redirect', { to: 'http://127.0.0.1:1/', status: 308 })
  expect((await post(server.url, 'ping')).headers.get('location')).toBe('http://127.0.0.1:1/')
  await server.behave('echo-headers')
  expect(await (await post(server.url, 'ping')).text()).toContain('s3cret')
  await server.behave('reset')
  await expect(post(server.url, 'ping')).rejects.toThrow('fetch failed')
  await server.behave('not-json', { on: 'ping' })
  await expect((await post(server.url, 'ping')).json()).rejects.toThrow(SyntaxError)
  await server.relent()
  expect(await (await post(server.url, 'ping')).json()).toMatchObject({ id: 1, result: {} })
})

test.each(['endless-body', 'endless-stream', 'slow-drip'] as const)(
  '%s goes on for as long as one reads',
  async (name) => {
    await using server = await hostileServer()
    await server.behave(name)
    const { body } = await post(server.url, 'tools/list')
    const enough = name === 'slow-drip' ? 5 : 20_000_000
    let read = 0
    for await (const chunk of body ?? []) {
      read += chunk.length
      if (read > enough) break
    }
    expect(read).toBeGreaterThan(enough)
    await server.relent()
    expect((await post(server.url, 'ping')).status).toBe(200)
  },
)

test('a dead port refuses, a silent one accepts and says nothing', async () => {
  await using dead = await deadPort()
  await expect(fetch(dead.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  await using silent = await silentPort()
  await expect(post(silent.url, 'ping', {}, AbortSignal.timeout(300))).rejects.toThrow('timeout')
})
