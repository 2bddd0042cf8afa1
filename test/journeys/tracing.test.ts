import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { legacyServer } from '../support/fixture-servers.ts'
import { registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { portOf } from '../support/ports.ts'
import { rawServer } from '../support/raw-server.ts'
import { everythingStdio } from '../support/real-servers.ts'

const TRACE = 'a'.repeat(32)
const PARENT = 'b'.repeat(16)
const CLIENT = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=1' }

const Value = z.object({ stringValue: z.string().optional() }).transform(({ stringValue }) => stringValue)
const Attributes = z
  .array(z.object({ key: z.string(), value: Value }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])))
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  attributes: Attributes,
  status: z.object({ code: z.number().optional(), message: z.string().optional() }),
})
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
})

/** What gathers traces: keeps what it is sent by OTLP over HTTP. */
async function collector() {
  const self = {
    url: '',
    spans: [] as z.infer<typeof Span>[],
    services: new Set<string | undefined>(),
    status: 200,
    asked: 0,
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    self.asked += 1
    if (self.status === 200 && request.url === '/v1/traces') {
      for (const { resource, scopeSpans } of Export.parse(JSON.parse(Buffer.concat(chunks).toString())).resourceSpans) {
        self.services.add(resource.attributes['service.name'])
        self.spans.push(...scopeSpans.flatMap(({ spans }) => spans))
      }
    }
    response.writeHead(self.status, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  self.url = `http://127.0.0.1:${portOf(server)}`
  return self
}

/** Omni2 with a token, asked as a modern client does that says which trace it belongs to. */
async function begin(env: Record<string, string>) {
  const omni2 = await Omni2.start({ env })
  onTestFinished(() => omni2.stop())
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  const call = async (
    server: string,
    tool: string,
    { headers = {}, meta = {} }: { headers?: object; meta?: object } = {},
  ) => {
    const method = 'tools/call'
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      ...meta,
    }
    const answer = await fetch(`${omni2.url}/servers/${server}/mcp`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...{ 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, 'mcp-name': tool },
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name: tool, arguments: {}, _meta } }),
    })
    return await answer.json()
  }
  return { omni2, call }
}

/** A server that remembers what a call told it of the trace. */
async function remembering() {
  const upstream = await rawServer()
  onTestFinished(() => upstream.close())
  const seen: { header: unknown; state: unknown; meta: unknown }[] = []
  upstream.answer = ({ message, request, honest }) => {
    if (message.method === 'tools/call') {
      const { traceparent: header, tracestate: state } = request.headers
      seen.push({ header, state, meta: message.params._meta })
    }
    honest()
  }
  return { upstream, seen }
}

test('a call is a span between what the client said and what the server is told, and its record names the trace', async () => {
  const traces = await collector()
  const { upstream, seen } = await remembering()
  const { omni2, call } = await begin({
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
    OTEL_SERVICE_NAME: 'front-door',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  })
  await registerHealthy(omni2, 'raw', { url: upstream.url })
  await call('raw', 'echo', { meta: CLIENT })
  const [span] = await until(
    () => traces.spans,
    (spans) => spans.length > 0,
  )
  expect(span).toMatchObject({
    ...{ traceId: TRACE, parentSpanId: PARENT, name: 'tools/call echo' },
    attributes: {
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'echo',
      'mcp.protocol.version': '2026-07-28',
      'omni2.server': 'raw',
      'omni2.outcome': 'ok',
    },
  })
  expect([...traces.services]).toEqual(['front-door'])
  const ours = `00-${TRACE}-${span?.spanId}-01`
  expect(seen).toEqual([{ header: ours, state: 'vendor=1', meta: { traceparent: ours, tracestate: 'vendor=1' } }])

  // Said in the header alone; and nothing said at all.
  await call('raw', 'echo', { headers: CLIENT })
  await call('raw', 'echo')
  await upstream.close()
  await call('raw', 'echo', { meta: CLIENT })
  const [, second, third, failed] = await until(
    () => traces.spans,
    (spans) => spans.length > 3,
  )
  expect(second).toMatchObject({ traceId: TRACE, parentSpanId: PARENT })
  expect(third?.parentSpanId).toBeUndefined()
  expect(third?.traceId).not.toBe(TRACE)
  expect(failed).toMatchObject({
    attributes: { 'error.type': 'connect', 'omni2.outcome': 'connect' },
    status: { code: 2, message: expect.stringContaining('Connection refused') },
  })
  const { calls } = await until(
    () => omni2.api.listCalls(),
    ({ calls: all }) => all.length > 3,
  )
  expect(calls.map(({ trace_id }) => trace_id)).toEqual([TRACE, third?.traceId, TRACE, TRACE])
})

test('a process is told in the request', async () => {
  const traces = await collector()
  const { omni2, call } = await begin({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${traces.url}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  })
  await registerHealthy(omni2, 'process', stdioDraft(everythingStdio()))
  await call('process', 'echo', { headers: CLIENT })
  const [span] = await until(
    () => traces.spans,
    (spans) => spans.length > 0,
  )
  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: PARENT })
  expect([...traces.services]).toEqual(['omni2'])
})

test('without a place to send traces to, what the client says passes as it is', async () => {
  const { upstream, seen } = await remembering()
  const { omni2, call } = await begin({})
  await registerHealthy(omni2, 'raw', { url: upstream.url })
  await call('raw', 'echo', { meta: { traceparent: CLIENT.traceparent } })
  await call('raw', 'echo', { headers: CLIENT })
  await call('raw', 'echo')
  await call('raw', 'echo', { headers: { traceparent: 'é'.repeat(10) } })
  expect(seen).toEqual([
    { header: undefined, state: undefined, meta: { traceparent: CLIENT.traceparent } },
    { header: CLIENT.traceparent, state: CLIENT.tracestate, meta: undefined },
    { header: undefined, state: undefined, meta: undefined },
    { header: undefined, state: undefined, meta: undefined },
  ])
  const { calls } = await until(
    () => omni2.api.listCalls(),
    ({ calls: all }) => all.length > 3,
  )
  expect(calls.map(({ trace_id }) => trace_id)).toEqual([null, null, TRACE, TRACE])
})

test('traces that cannot be sent disturb no call, and are told of once', async () => {
  const traces = await collector()
  traces.status = 400
  await using upstream = await legacyServer()
  const { omni2, call } = await begin({
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OMNI2_LOG_LEVEL: 'info',
  })
  await registerHealthy(omni2, 'old', { url: upstream.url })
  for (let sent = 1; sent <= 3; sent++) {
    expect(await call('old', 'echo')).toMatchObject({ result: { content: [{ type: 'text' }] } })
    await until(
      () => traces.asked,
      (asked) => asked >= sent,
    )
  }
  traces.status = 200
  await call('old', 'echo')
  await until(
    () => omni2.process.output,
    (output) => output.includes('traces are sent again'),
  )
  expect(omni2.process.output.match(/traces cannot be sent/g)).toHaveLength(1)
})
