import { Client as ModernClient } from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ListRootsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, test } from 'vitest'
import { conformanceServer } from '../support/conformance.ts'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { only, rawServer } from '../support/raw-server.ts'

const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`

/** A server that asks `questions` of whoever calls it, and answers the call when it is told to. */
async function askingServer(questions: number) {
  const waiting: (() => void)[] = []
  const server = await rawServer(
    only('tools/call', ({ message: { id }, response }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let n = 0; n < questions; n++) response.write(event({ id: `question ${id} ${n}`, method: 'roots/list' }))
      waiting.push(() => response.end(event({ id, result: { content: [{ type: 'text', text: 'called' }] } })))
    }),
  )
  return { server, release: () => waiting.splice(0).map((answer) => answer()) }
}

test('what a client never answers is dropped with its call, and takes no other server’s place', async () => {
  await using omni2 = await Omni2.start()
  const many = await askingServer(40)
  const few = await askingServer(1)
  await using curious = many.server
  await using modest = few.server
  await registerHealthy(omni2, 'curious', { url: curious.url, check_interval_seconds: 3_600 })
  await registerHealthy(omni2, 'modest', { url: modest.url, check_interval_seconds: 3_600 })
  let asked = 0
  const client = new Client({ name: 'mute', version: '1.0.0' }, { capabilities: { roots: {} } })
  client.setRequestHandler(ListRootsRequestSchema, () => {
    asked++
    return new Promise<never>(() => {})
  })
  await using agent = await legacyClient({ url: omni2.url, path: '/mcp', token: omni2.adminToken }, client)
  const reach = (count: number) =>
    until(
      () => asked,
      (now) => now === count,
    )
  const answers = (server: typeof curious) => server.asked.filter((method) => method === 'POST').length
  // More rounds than there is room for what nobody answers.
  for (let round = 1; round <= 8; round++) {
    const call = agent.call('curious__echo')
    await reach(33 * round - 1)
    const other = agent.call('modest__echo')
    await reach(33 * round)
    for (const { release } of [many, few]) release()
    expect(await Promise.all([call, other])).toMatchObject([{ text: 'called' }, { text: 'called' }])
    await until(
      () => [answers(curious), answers(modest)],
      (counts) => counts[0] === 40 * round && counts[1] === round,
    )
  }
})

/** A modern client that says it can be asked everything, and notes what it was. */
function answeringModern() {
  const capabilities = { elicitation: { form: {} }, sampling: {}, roots: {} }
  const versionNegotiation = { mode: 'auto' } as const
  const client = new ModernClient({ name: 'answering', version: '1.0.0' }, { capabilities, versionNegotiation })
  const asked: string[] = []
  client.setRequestHandler('elicitation/create', () => {
    asked.push('elicitation')
    return { action: 'accept', content: { name: 'Ada' } }
  })
  client.setRequestHandler('sampling/createMessage', () => {
    asked.push('sampling')
    return { model: 'none', role: 'assistant', content: { type: 'text', text: 'sampled' } }
  })
  client.setRequestHandler('roots/list', () => {
    asked.push('roots')
    return { roots: [] }
  })
  return { client, asked }
}

test('a tool of a legacy server that wants to ask a modern client fails, and says of what', async () => {
  await using omni2 = await Omni2.start()
  await using server = await conformanceServer('legacy')
  await registerHealthy(omni2, 'asking', { protocol: 'http-streamable', url: server.url })
  const { client, asked } = answeringModern()
  await using agent = await modernClient({ url: omni2.url, path: '/mcp', token: omni2.adminToken }, client)
  const say = (tool: string) =>
    agent.call(`asking__${tool}`, { message: 'm', prompt: 'p' }).then(
      ({ isError, text }) => `${isError} ${text}`,
      (error: Error) => error.message,
    )
  expect(await say('test_elicitation')).toMatch(/does not support .*elicitation/)
  expect(await say('test_sampling')).toMatch(/sampling.createMessage is not supported/)
  expect(asked).toEqual([])
})

test('a legacy server that asks a modern client all the same is refused while the call goes on', async () => {
  await using omni2 = await Omni2.start()
  const { server, release } = await askingServer(1)
  await using rude = server
  const answers: unknown[] = []
  let offered: unknown
  const { answer } = rude
  rude.answer = (exchange) => {
    const { id, method, params, error } = exchange.message
    if (method === 'initialize') offered = params.capabilities
    if (method === undefined && id !== undefined) answers.push(error)
    answer(exchange)
  }
  await registerHealthy(omni2, 'rude', { url: rude.url, check_interval_seconds: 3_600 })
  const { client, asked } = answeringModern()
  await using agent = await modernClient({ url: omni2.url, path: '/mcp', token: omni2.adminToken }, client)
  const call = agent.call('rude__echo')
  await until(
    () => answers,
    (all) => all.length === 1,
  )
  expect([offered, answers]).toEqual([{}, [{ code: -32_601, message: 'roots/list is not supported' }]])
  release()
  expect(await call).toMatchObject({ text: 'called' })
  expect(asked).toEqual([])
})
