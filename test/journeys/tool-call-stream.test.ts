import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RequestOf } from '../../src/api/client.ts'
import type { ToolCallNews } from '../../src/api/tool-call.ts'
import { streamToolCall } from '../../src/api/tool-call-stream.ts'
import type { ChildServer } from '../support/child-server.ts'
import { registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { aTool, type Exchange, rawServer } from '../support/raw-server.ts'
import { everythingHttp, everythingSse, everythingStdio, modernProxy } from '../support/real-servers.ts'

let omni2: Omni2
const upstreams: ChildServer[] = []
beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(async () => {
  await omni2?.stop()
  await Promise.all(upstreams.map((upstream) => upstream.kill()))
})

type Call = Omit<RequestOf<'callTool'>, 'body'> & { readonly body?: RequestOf<'callTool'>['body'] }

/** Runs a tool as the dashboard does, and keeps what it was told meanwhile. */
async function stream(call: Call) {
  const news: ToolCallNews[] = []
  const reach = { baseUrl: omni2.url, token: omni2.adminToken }
  return { answer: await streamToolCall(reach, { body: {}, ...call }, (said) => news.push(said)), news }
}

const at = (start: () => Promise<ChildServer>, protocol: 'http-streamable' | 'sse') => async () => {
  const upstream = await start()
  upstreams.push(upstream)
  return { protocol, url: upstream.url }
}
const LONG = 'trigger-long-running-operation'
/** A proxy drops progress that it reads together with the result, so behind it each step waits for the last. */
const steps = () =>
  modernProxy({ command: process.execPath, args: [path.resolve('test/fixtures/counting.ts')], env: {} })
const PEERS = [
  { name: 'http', tool: LONG, draft: at(everythingHttp, 'http-streamable') },
  { name: 'sse', tool: LONG, draft: at(everythingSse, 'sse') },
  { name: 'modern', tool: 'steps', draft: at(steps, 'http-streamable') },
  { name: 'stdio', tool: LONG, draft: async () => stdioDraft(everythingStdio()) },
]

test.each(PEERS)('$name: progress is told while the tool runs, and then its result', async ({ name, tool, draft }) => {
  const { id } = await registerHealthy(omni2, name, await draft())
  const { answer, news } = await stream({ params: { id, tool }, body: { arguments: { duration: 0.3, steps: 3 } } })
  expect(news.flatMap((said) => (said.type === 'progress' ? [[said.progress, said.total]] : []))).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ])
  expect(answer).toMatchObject({ outcome: 'ok', is_error: false, output_schema: { verdict: 'no_schema' } })
  const { raw, timing, duration_ms } = answer
  expect(raw.request).toMatchObject({
    jsonrpc: '2.0',
    method: 'tools/call',
    params: { name: tool, _meta: { progressToken: expect.any(String) } },
  })
  expect(raw.response).toEqual({ jsonrpc: '2.0', id: raw.request?.id, result: answer.result })
  expect((timing.prepared_ms ?? 0) + (timing.answered_ms ?? 0)).toBeCloseTo(duration_ms, 5)
})

test('a real structured result is compared with the schema of its tool, and a plain call asks for no news', async () => {
  const { id } = await registerHealthy(omni2, 'structured', stdioDraft(everythingStdio()))
  const params = { id, tool: 'get-structured-content' }
  const answer = await omni2.api.callTool({ params, body: { arguments: { location: 'Chicago' } } })
  expect(answer.output_schema).toEqual({ verdict: 'valid', detail: null, errors: [] })
  expect(answer.raw.request).toMatchObject({ params: { name: 'get-structured-content' } })
  expect(answer.raw.request?.params).not.toHaveProperty('_meta')
})

const outputSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
const SECRET = 'planted-Secret-0123456789'

/** Answers as an event stream: what `said`, and at last the result. */
const saying = ({ response, message }: Exchange, said: readonly object[], result: object) =>
  response
    .writeHead(200, { 'content-type': 'text/event-stream' })
    .end(
      [...said, { id: message.id, result }]
        .map((m) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...m })}\n\n`)
        .join(''),
    )

test('log lines, a result against its schema, and an error of the tool are told as they are, without credentials', async () => {
  await using server = await rawServer((exchange) => {
    const { message, honest, result } = exchange
    if (message.method === 'tools/list') result({ tools: [aTool('lies', { outputSchema }), aTool('fails')] })
    else if (message.method !== 'tools/call') honest()
    else if (message.params.name === 'fails') result({ isError: true, content: [] })
    else {
      const log = { method: 'notifications/message', params: { level: 'notice', logger: 'x', data: { key: SECRET } } }
      saying(exchange, [log], { content: [], structuredContent: { n: SECRET } })
    }
  })
  const auth = { auth_type: 'bearer', auth_config: { token: SECRET } } as const
  const { id } = await registerHealthy(omni2, 'liar', { url: server.url, ...auth })
  const lies = await stream({ params: { id, tool: 'lies' }, body: { arguments: { mine: SECRET } } })
  expect(lies.news).toEqual([{ type: 'log', level: 'notice', logger: 'x', data: { key: '***' } }])
  expect(lies.answer.output_schema).toEqual({
    verdict: 'invalid',
    detail: expect.any(String),
    errors: [{ path: '/n', message: 'must be integer' }],
  })
  expect(lies.answer.raw.request).toMatchObject({ params: { arguments: { mine: '***' } } })
  expect(JSON.stringify(lies)).not.toContain(SECRET)

  const { answer } = await stream({ params: { id, tool: 'fails' } })
  expect(answer).toMatchObject({ outcome: 'ok', is_error: true, error: null })
  expect(await omni2.api.getServer({ params: { id } })).toMatchObject({ health_status: 'healthy', badges: [] })
})

test.each(['text/event-stream', 'application/json'])(
  'who leaves a call that asked for %s cancels it at the server, and it is nobody’s failure',
  async (accept) => {
    const running = Promise.withResolvers<Exchange>()
    await using server = await rawServer((exchange) => {
      if (exchange.message.method === 'tools/call') running.resolve(exchange)
      else exchange.honest()
    })
    const { id } = await registerHealthy(omni2, `left-${accept.replace('/', '-')}`, { url: server.url })
    const leave = new AbortController()
    const call = omni2.fetch(`/api/v1/mcp/servers/${id}/tools/echo/call`, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json' },
      body: '{}',
      signal: leave.signal,
    })
    const { response } = await running.promise
    const closed = once(response, 'close')
    leave.abort()
    await expect(call).rejects.toThrow('aborted')
    await closed
    await until(
      () => server.asked,
      (asked) => asked.includes('notifications/cancelled'),
    )
    expect(await omni2.api.getServer({ params: { id } })).toMatchObject({
      health_status: 'healthy',
      badges: [],
      circuit: { failure_count: 0 },
    })
  },
)

test('what is refused before the tool runs is a problem, also for who wants events', async () => {
  const ask = (id: number) => stream({ params: { id, tool: 'echo' } })
  await expect(ask(999)).rejects.toMatchObject({ problem: { status: 404, code: 'not_found' } })
  await using server = await rawServer()
  const { id } = await registerHealthy(omni2, 'refused', { url: server.url })
  await omni2.api.disableServer({ params: { id } })
  await expect(ask(id)).rejects.toMatchObject({ problem: { status: 409, code: 'conflict' } })
})

test('a server that dies in the middle is told as its failure, after the news', async () => {
  await using server = await rawServer((exchange) => {
    if (exchange.message.method !== 'tools/call') return exchange.honest()
    const said = { method: 'notifications/message', params: { level: 'info', data: 'on' } }
    exchange.response.writeHead(200, { 'content-type': 'text/event-stream' })
    exchange.response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...said })}\n\n`, () =>
      exchange.request.socket.destroy(),
    )
  })
  const { id } = await registerHealthy(omni2, 'dies', { url: server.url })
  const { news, answer } = await stream({ params: { id, tool: 'echo' } })
  expect(news).toEqual([{ type: 'log', level: 'info', logger: null, data: 'on' }])
  expect(answer).toMatchObject({
    outcome: 'connect',
    error: { code: 'connection_reset' },
    result: null,
    output_schema: null,
    raw: { request: { method: 'tools/call' }, response: null },
  })
})
