import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { legacyBridge, modernBridge } from '../support/bridge-clients.ts'
import { CommandLine, omni2Command } from '../support/command-line.ts'
import { type DualEraServer, dualEraServer, type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort } from '../support/ports.ts'

let omni2: Omni2
let dataDir: string
let old: LegacyServer
let dual: DualEraServer
let token: string

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-connect-'))
  omni2 = await Omni2.start({ dataDir })
  old = await legacyServer()
  dual = await dualEraServer()
  await registerHealthy(omni2, 'old', { url: old.url })
  await registerHealthy(omni2, 'new', { url: dual.url })
  token = (await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })).token
})
afterAll(async () => {
  await omni2?.stop()
  await old?.[Symbol.asyncDispose]()
  await dual?.[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const textOf = (result: object) => (result as { content: { text?: string }[] }).content[0]?.text // a tool that gives text
const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
const hello = (id: number) =>
  line({
    id,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  })

test('clients of both eras that only start processes use what is registered', async () => {
  for (const connect of [legacyBridge, modernBridge]) {
    await using agent = await connect({ url: omni2.url, token })
    const names = (await agent.client.listTools()).tools.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['old__echo', 'new__echo']))
    expect(textOf(await agent.client.callTool({ name: 'old__echo', arguments: { text: 'a' } }))).toBe('{"text":"a"}')
    expect(textOf(await agent.client.callTool({ name: 'new__echo', arguments: { text: 'ä\n€' } }))).toBe('ä\n€')
    await expect(agent.client.callTool({ name: 'nobody__echo' })).rejects.toThrow('Unknown tool')
  }
})

test('a modern client stays modern through the bridge', async () => {
  await using agent = await modernBridge({ url: omni2.url, token, words: ['--server', 'new'] })
  const { _meta } = await agent.client.callTool({ name: 'echo', arguments: { text: 'a' } })
  expect([_meta?.era, agent.client.getNegotiatedProtocolVersion()]).toEqual(['modern', '2026-07-28'])
})

test.each([
  { era: 'legacy', connect: legacyBridge },
  { era: 'modern', connect: modernBridge },
])('an agent ($era) whose token is limited to a collection sees what was chosen, and nothing else', async (agent) => {
  const { era, connect } = agent
  const { servers } = await omni2.api.listServers()
  const id = servers.find(({ name }) => name === 'old')?.id ?? 0
  const tools = [{ tool: 'echo', name: 'say', description: 'Says it' }]
  const body = { name: `few-${era}`, servers: [{ server_id: id, other_tools: false, tools }] }
  const few = await omni2.api.createCollection({ body })
  const limited = { name: `limited-${era}`, role: 'agent' as const, limit: { collections: [few.id] } }
  const { token } = await omni2.api.createToken({ body: limited })
  await using chosen = await connect({ url: omni2.url, token, words: ['--collection', few.name] })
  const listed = (await chosen.client.listTools()).tools.map(({ name, description }) => [name, description])
  expect(listed).toEqual([['say', 'Says it']])
  expect(textOf(await chosen.client.callTool({ name: 'say', arguments: { text: 'a' } }))).toBe('{"text":"a"}')
  await expect(chosen.client.callTool({ name: 'old__echo' })).rejects.toThrow('Unknown tool')
  await using all = await connect({ url: omni2.url, token })
  expect((await all.client.listTools()).tools.map(({ name }) => name)).toEqual(['old__echo'])
  await expect(connect({ url: omni2.url, token, words: ['--server', 'new'] })).rejects.toThrow('No server "new"')
})

test('both go on after Omni2 was restarted, without being started anew', async () => {
  await using legacy = await legacyBridge({ url: omni2.url, token })
  await using modern = await modernBridge({ url: omni2.url, token })
  const port = Number(new URL(omni2.url).port)
  await omni2.process.end()
  const asked = [legacy, modern].map(({ client }) =>
    client.callTool({ name: 'old__echo', arguments: { text: 'while it was away' } }),
  )
  omni2 = await Omni2.start({ dataDir, port })
  for (const answer of asked) expect(textOf(await answer)).toBe('{"text":"while it was away"}')
})

test('without an Omni2 the client hears why, and so does who reads standard error', async () => {
  await using dead = await deadPort()
  const { origin } = new URL(dead.url)
  const env = { OMNI2_URL: origin, OMNI2_TOKEN: 'none' }
  const { code, out, err } = await omni2Command(['connect'], { env, input: hello(1) })
  expect(err).toContain(`omni2 connect: No Omni2 at ${origin} (connection refused). Start it with: omni2 serve`)
  // It left before the first try was over: what it asked is not answered then.
  expect([code, out]).toEqual([0, ''])
  await using waiting = new CommandLine(['connect'], { env, open: true })
  waiting.write(hello(1))
  const said = await until(
    () => waiting.out,
    (text) => text.endsWith('\n'),
  )
  expect(JSON.parse(said)).toMatchObject({
    id: 1,
    error: { code: -32_000, message: expect.stringContaining(origin) },
  })
})

test('a token that is refused and an endpoint that does not exist are told as such', async () => {
  const answers = async (words: readonly string[], secret: string) => {
    await using bridge = new CommandLine(['connect', ...words], {
      env: { OMNI2_URL: omni2.url, OMNI2_TOKEN: secret },
      open: true,
    })
    bridge.write(hello(7))
    const said = await until(
      () => bridge.out,
      (text) => text.endsWith('\n'),
    )
    return { id: JSON.parse(said).id, message: JSON.parse(said).error.message, err: bridge.err }
  }
  const refused = await answers([], 'wrong')
  expect(refused).toMatchObject({ id: 7, message: expect.stringContaining('omni2 token create --role agent') })
  expect(refused.err).toContain('omni2 token create --role agent')
  expect((await answers(['--server', 'none'], token)).message).toContain('No server "none"')
})

test('it ends with its standard input, and its session with it', async () => {
  await using bridge = new CommandLine(['connect'], { env: { OMNI2_URL: omni2.url, OMNI2_TOKEN: token }, open: true })
  bridge.write(hello(1))
  await until(
    () => bridge.out,
    (text) => text.endsWith('\n'),
  )
  bridge.write(`${line({ method: 'notifications/initialized' })}${line({ id: 2, method: 'tools/list' })}no json\n`)
  bridge.end()
  expect(await bridge.ended).toBe(0)
  const messages = bridge.out.trimEnd().split('\n')
  expect(messages.map((text) => JSON.parse(text).id).sort()).toEqual([1, 2, null].sort())
  expect(bridge.err).toBe('')
})
