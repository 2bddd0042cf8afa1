import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChildServer } from '../support/child-server.ts'
import { dualEraServer, legacyServer } from '../support/fixture-servers.ts'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingHttp, everythingSse, everythingStdio } from '../support/real-servers.ts'

/** server-everything offers all there is, over every transport. */
let omni2: Omni2
let http: ChildServer
let sse: ChildServer
let token: string

beforeAll(async () => {
  omni2 = await Omni2.start()
  http = await everythingHttp()
  sse = await everythingSse()
  await registerHealthy(omni2, 'http', { protocol: 'http-streamable', url: http.url })
  await registerHealthy(omni2, 'sse', { protocol: 'sse', url: sse.url })
  await registerHealthy(omni2, 'process', stdioDraft(everythingStdio()))
  token = (await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })).token
})
afterAll(async () => {
  await omni2.stop()
  await http.kill()
  await sse.kill()
})

const at = (path: string) => ({ url: omni2.url, path, token })

/** A client that can be asked everything, and notes what it was. */
function answering() {
  const asked: string[] = []
  const client = new LegacyClient(
    { name: 'answering', version: '1.0.0' },
    { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
  )
  client.setRequestHandler(CreateMessageRequestSchema, () => {
    asked.push('sampling')
    return { model: 'none', role: 'assistant', content: { type: 'text', text: 'sampled by the client' } }
  })
  client.setRequestHandler(ElicitRequestSchema, () => {
    asked.push('elicitation')
    return { action: 'accept', content: { name: 'Ada' } }
  })
  client.setRequestHandler(ListRootsRequestSchema, () => {
    asked.push('roots')
    return { roots: [{ uri: 'file:///root-of-the-client', name: 'mine' }] }
  })
  return { client, asked }
}

const TEXT_TEMPLATE = 'demo://resource/dynamic/text/{resourceId}'

describe.each(['http', 'sse', 'process'])('server-everything over %s', (name) => {
  test('prompts, resources, templates and completions pass, at its own endpoint', async () => {
    await using agent = await legacyClient(at(`/servers/${name}/mcp`))
    const { client } = agent
    const prompts = (await client.listPrompts()).prompts.map((prompt) => prompt.name)
    expect(prompts).toContain('simple-prompt')
    expect((await client.getPrompt({ name: 'simple-prompt' })).messages).not.toHaveLength(0)
    const { resources } = await client.listResources()
    const uri = resources[0]?.uri ?? ''
    expect((await client.readResource({ uri })).contents[0]?.uri).toBe(uri)
    expect((await client.listResourceTemplates()).resourceTemplates).not.toHaveLength(0)
    const ref = { type: 'ref/prompt' as const, name: 'completable-prompt' }
    const { completion } = await client.complete({ ref, argument: { name: 'department', value: 'E' } })
    expect(completion.values).toContain('Engineering')
  })

  test('they pass under public names where servers are put together', async () => {
    for (const connect of [legacyClient, modernClient]) {
      await using agent = await connect(at('/mcp'))
      const { client } = agent
      const { prompts } = await client.listPrompts()
      expect(prompts.map((prompt) => prompt.name)).toContain(`${name}__simple-prompt`)
      expect((await client.getPrompt({ name: `${name}__simple-prompt` })).messages).not.toHaveLength(0)
      const { resources } = await client.listResources()
      const uri = resources.find((resource) => resource.uri.startsWith(`omni2://${name}/`))?.uri ?? ''
      expect((await client.readResource({ uri })).contents[0]?.uri).toBe(uri)

      const templates = (await client.listResourceTemplates()).resourceTemplates
      const template = templates.find(({ uriTemplate }) => uriTemplate === `omni2://${name}/${TEXT_TEMPLATE}`)
      const text = template?.uriTemplate.replace('{resourceId}', '7') ?? ''
      expect((await client.readResource({ uri: text })).contents[0]?.uri).toBe(text)
      const ref = { type: 'ref/resource' as const, uri: template?.uriTemplate ?? '' }
      const { completion } = await client.complete({ ref, argument: { name: 'resourceId', value: '7' } })
      expect(completion.values).toEqual(['7'])
    }
  })

  test('progress comes under the token of who asked, for each of two at once', async () => {
    await using first = await legacyClient(at('/mcp'))
    await using second = await legacyClient(at('/mcp'))
    const run = async (client: LegacyClient, steps: number) => {
      const heard: number[] = []
      const params = { name: `${name}__trigger-long-running-operation`, arguments: { duration: 1, steps } }
      await client.callTool(params, undefined, { onprogress: ({ progress }) => heard.push(progress) })
      return heard
    }
    const [two, four] = await Promise.all([run(first.client, 2), run(second.client, 4)])
    expect(two).toEqual([1, 2])
    expect(four).toEqual([1, 2, 3, 4])
  })
})

describe('instructions', () => {
  /** What a client of each era is told there. */
  const told = async (path: string) => {
    await using old = await legacyClient(at(path))
    await using modern = await modernClient(at(path))
    return [old.client.getInstructions(), modern.client.getInstructions()]
  }

  test.each(['http', 'sse', 'process'])('of server-everything over %s reach clients of both eras', async (name) => {
    const everything = expect.stringContaining('Everything Server')
    expect(await told(`/servers/${name}/mcp`)).toEqual([everything, everything])
  })

  test('of a modern server do too, and nobody is told any where servers are put together', async () => {
    await using server = await dualEraServer()
    await registerHealthy(omni2, 'modern', { protocol: 'http-streamable', url: server.url })
    const said = 'Say "echo" and hear it again.'
    expect(await told('/servers/modern/mcp')).toEqual([said, said])
    expect(await told('/mcp')).toEqual([undefined, undefined])
  })
})

describe.each(['http', 'sse'])('a session of its own over %s', (name) => {
  test('lets the server ask the client for samples, input and roots', async () => {
    const { client, asked } = answering()
    await using agent = await legacyClient(at(`/servers/${name}/mcp`), client)
    const sampled = await agent.call('trigger-sampling-request', { prompt: 'p', maxTokens: 10 })
    expect(sampled.text).toContain('sampled by the client')
    await agent.call('trigger-elicitation-request')
    expect(asked).toContain('sampling')
    expect(asked).toContain('elicitation')
  })

  test('keeps what it subscribed to and logs apart from others', async () => {
    await using one = await legacyClient(at('/mcp'))
    await using other = await legacyClient(at('/mcp'))
    const heard: string[] = []
    const overheard: string[] = []
    const hear = (client: LegacyClient, into: string[]) => {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void into.push(params.uri))
      client.setNotificationHandler(LoggingMessageNotificationSchema, () => void into.push('log'))
    }
    hear(one.client, heard)
    hear(other.client, overheard)
    const { resources } = await one.client.listResources()
    const uri = resources.find((resource) => resource.uri.startsWith(`omni2://${name}/`))?.uri ?? ''
    await one.client.setLoggingLevel('debug')
    await one.client.subscribeResource({ uri })
    await one.call(`${name}__toggle-subscriber-updates`)
    await one.call(`${name}__toggle-simulated-logging`)
    await until(
      () => heard,
      (all) => all.includes(uri) && all.includes('log'),
    )
    expect(overheard).toEqual([])
  })
})

test('changes of lists are told to clients of both eras', async () => {
  await using server = await legacyServer()
  await registerHealthy(omni2, 'changing', { protocol: 'http-streamable', url: server.url })
  await using old = await legacyClient(at('/mcp'))
  let told = 0
  old.client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  await server.behave({ tools: ['echo', 'another'] })
  await until(
    () => told,
    (count) => count > 0,
  )
  expect((await old.client.listTools()).tools.map((tool) => tool.name)).toContain('changing__another')
})
