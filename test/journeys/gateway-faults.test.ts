import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { read, registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { type Answer, type Exchange, only, type RawServer, rawServer } from '../support/raw-server.ts'

let omni2: Omni2
let token: string

beforeAll(async () => {
  omni2 = await Omni2.start()
  token = (await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })).token
})
afterAll(() => omni2.stop())

const at = (path: string) => ({ url: omni2.url, path, token })

let registered = 0

/** A server that is checked once an hour unless a call asks for it. */
async function watched(upstream: RawServer, draft: { readonly call_timeout_seconds?: number } = {}) {
  const name = `server-${++registered}`
  const server = await registerHealthy(omni2, name, { url: upstream.url, check_interval_seconds: 3_600, ...draft })
  return { ...server, path: `/servers/${name}/mcp` }
}

const passiveChecks = async (id: number) =>
  (await omni2.api.listHealthLogs({ params: { id }, query: { trigger: ['passive'] } })).logs

const STREAM = { 'content-type': 'text/event-stream' }
const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`
const reply = ({ message: { id } }: Exchange, text = 'called') =>
  event({ id, result: { resultType: 'complete', content: [{ type: 'text', text }] } })
const progress = ({ message: { params } }: Exchange, progress: number, message?: string) => {
  const { progressToken } = (params._meta ?? {}) as { progressToken?: unknown } // what a request may carry
  return event({ method: 'notifications/progress', params: { progressToken, progress, message } })
}

const argument = ({ message: { params } }: Exchange, name: string) =>
  (params.arguments as Record<string, unknown> | undefined)?.[name] // what a call carries

/** As fast as it is read. */
function pour({ response }: Exchange, head: string, chunk: string): void {
  response.write(head)
  const more = () => {
    while (!response.destroyed && response.write(chunk)) {}
  }
  response.on('drain', more)
  more()
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** What a server may do instead of answering a call, with the reason that clients are told. */
const FAULTS: Readonly<Record<string, readonly [string, Answer]>> = {
  'is reset before it answers': ['connection_reset', ({ request }) => void request.socket.resetAndDestroy()],
  'leaves before it answers': ['connection_reset', ({ request }) => void request.socket.destroy()],
  'leaves in the middle of its answer': [
    'connection_reset',
    ({ response }) => void response.writeHead(200, JSON_TYPE).write('{"jsonrpc":', () => response.destroy()),
  ],
  'leaves in the middle of a stream': [
    'connection_reset',
    (exchange) => {
      exchange.response.writeHead(200, STREAM).write(progress(exchange, 1), () => exchange.response.destroy())
    },
  ],
  'ends its stream without a reply': [
    'invalid_response',
    (exchange) => void exchange.response.writeHead(200, STREAM).end(progress(exchange, 1)),
  ],
  'answers another request': [
    'invalid_response',
    ({ json }) => json(200, { jsonrpc: '2.0', id: 4711, result: { content: [] } }),
  ],
  'answers first what nobody asked': [
    'invalid_response',
    (exchange) =>
      void exchange.response.writeHead(200, STREAM).end(event({ id: 'nobody', result: {} }) + reply(exchange)),
  ],
  'answers twice at once': [
    'invalid_response',
    (exchange) => void exchange.response.writeHead(200, STREAM).end(reply(exchange) + reply(exchange)),
  ],
  'answers with a page': ['invalid_response', ({ response }) => void response.writeHead(200, JSON_TYPE).end('<html>')],
  'answers 500': ['http_status', ({ response }) => void response.writeHead(500).end()],
  'answers without end': [
    'response_too_large',
    (exchange) => {
      exchange.response.writeHead(200, JSON_TYPE)
      pour(exchange, `{"jsonrpc":"2.0","id":${exchange.message.id},"result":{"x":"`, 'x'.repeat(64 * 1024))
    },
  ],
  'streams without end': [
    'response_too_large',
    (exchange) => {
      exchange.response.writeHead(200, STREAM)
      pour(
        exchange,
        '',
        event({ method: 'notifications/message', params: { level: 'info', data: 'x'.repeat(60_000) } }),
      )
    },
  ],
}

/** Speaks the current revision where `isModern`, and that of before with sessions elsewhere. */
const eras = {
  legacy: (answer: Answer): Answer => only('tools/call', answer),
  modern:
    (answer: Answer): Answer =>
    (exchange) => {
      const { message, result, json, response } = exchange
      const listed = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
      if (message.method === 'server/discover')
        result({ ...listed, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } })
      else if (message.method === 'tools/list')
        result({ ...listed, tools: [{ name: 'echo', inputSchema: { type: 'object' } }] })
      else if (message.method === 'tools/call') answer(exchange)
      else if (message.id === undefined) response.writeHead(202).end()
      else json(404, { jsonrpc: '2.0', id: message.id, error: { code: -32_601, message: 'Method not found' } })
    },
}
const called: Answer = ({ result }) => result({ resultType: 'complete', content: [{ type: 'text', text: 'called' }] })

describe.concurrent.each(['legacy', 'modern'] as const)('a server of the %s era', (era) => {
  const speaking = eras[era]

  test.concurrent.each(Object.entries(FAULTS))(
    'that %s is told in words, and the next call passes',
    async (_, [code, fault]) => {
      await using upstream = await rawServer(speaking(called))
      const { id, path } = await watched(upstream)
      await using old = await legacyClient(at(path))
      await using modern = await modernClient(at(path))
      for (const agent of [old, modern]) {
        upstream.answer = speaking(fault)
        const failed = await agent.call('echo')
        // It was asked, so that only the server knows what it did.
        expect([failed.isError, failed.text, failed.meta['omni2/refusal']]).toEqual([
          true,
          expect.stringContaining('may have done this'),
          expect.objectContaining({ reason_code: code, may_be_done: true }),
        ])
        upstream.answer = speaking(called)
        expect(await agent.call('echo')).toMatchObject({ text: 'called', isError: false })
      }
      await until(
        () => passiveChecks(id),
        (logs) => logs.some(({ outcome }) => outcome === 'ok'),
      )
      expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy' })
    },
  )
})

test('an answer that breaks off is taken up behind its last event, where a server keeps the rest', async () => {
  let id: Exchange['message']['id']
  await using upstream = await rawServer((exchange) => {
    const { message, request, response } = exchange
    if (message.method === 'tools/call') {
      id = message.id
      response.writeHead(200, STREAM).end('id: 7\nretry: 100\ndata:\n\n')
    } else if (request.headers['last-event-id'] === '7') {
      response.writeHead(200, STREAM).end(event({ id, result: { content: [{ type: 'text', text: 'the rest' }] } }))
    } else exchange.honest()
  })
  const { id: server, path } = await watched(upstream)
  await using old = await legacyClient(at(path))
  await using modern = await modernClient(at(path))
  for (const agent of [old, modern, old, modern]) {
    expect(await agent.call('echo')).toMatchObject({ text: 'the rest', isError: false })
  }
  expect(upstream.asked.filter((method) => method === 'tools/call')).toHaveLength(4)
  expect(await passiveChecks(server)).toEqual([])
})

describe.concurrent('time', () => {
  test('a call that hangs is given up, which makes the server be looked at and nothing more', async () => {
    let hangs = 0
    await using upstream = await rawServer(
      only('tools/call', (exchange) => (argument(exchange, 'hang') ? void hangs++ : exchange.honest())),
    )
    const { id, path } = await watched(upstream, { call_timeout_seconds: 1 })
    await using old = await legacyClient(at(path))
    await using modern = await modernClient(at(path))
    const hanging = [old, modern].map((agent) => agent.call('echo', { hang: true }))
    await until(
      () => hangs,
      (count) => count === 2,
    )
    // Nobody else waits for them.
    expect((await old.call('echo')).isError).toBe(false)
    for (const failed of await Promise.all(hanging)) {
      expect(failed.meta['omni2/refusal']).toMatchObject({ reason_code: 'timeout', health_status: 'healthy' })
    }
    const checks = await until(
      () => passiveChecks(id),
      (logs) => logs.length > 0,
    )
    expect(checks.map(({ outcome }) => outcome)).not.toContain('protocol')
    expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy' })
  })

  test('a server that says how far it is has more time, though not for ever', async () => {
    const steps: number[] = []
    await using upstream = await rawServer(
      only('tools/call', (exchange) => {
        const { response } = exchange
        const most = Number(argument(exchange, 'steps'))
        response.writeHead(200, STREAM)
        let step = 0
        const timer = setInterval(() => {
          if (step++ < most) return response.write(progress(exchange, step))
          steps.push(step)
          return response.end(reply(exchange))
        }, 250)
        response.once('close', () => clearInterval(timer))
      }),
    )
    const { path } = await watched(upstream, { call_timeout_seconds: 1 })
    await using agent = await legacyClient(at(path))
    const run = (steps: number) => {
      const heard: number[] = []
      const params = { name: 'echo', arguments: { steps } }
      const result = agent.client.callTool(params, undefined, { onprogress: ({ progress }) => heard.push(progress) })
      return result.then((done) => ({ isError: done.isError, heard }))
    }
    // Two and a half times what a silent call has, and without end.
    const [long, endless] = await Promise.all([run(10), run(Number.MAX_SAFE_INTEGER)])
    expect(long).toEqual({ isError: undefined, heard: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })
    expect(endless.isError).toBe(true)
    expect(endless.heard.length).toBeGreaterThan(10)
    expect(steps).toEqual([11])
  })

  test('a client that left is told to the server, in the way of its era', async () => {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>()
    await using modernUpstream = await rawServer(eras.modern(({ response }) => void response.once('close', leave)))
    await using legacyUpstream = await rawServer(only('tools/call', () => {}))
    const asked = (upstream: RawServer, method: string) =>
      until(
        () => upstream.asked,
        (methods) => methods.includes(method),
      )
    for (const connect of [legacyClient, modernClient]) {
      for (const upstream of [modernUpstream, legacyUpstream]) {
        upstream.asked.length = 0
        const { path } = await watched(upstream)
        await using agent = await connect(at(path))
        const stop = new AbortController()
        const call = agent.call('echo', {}, stop.signal)
        await asked(upstream, 'tools/call')
        stop.abort('enough')
        await expect(call).rejects.toThrow('enough')
        if (upstream === legacyUpstream) await asked(upstream, 'notifications/cancelled')
        else await left
      }
    }
  })

  test('a call that was given up before it could be sent is not sent', async () => {
    let saysNoStream = () => {}
    // A first call waits for whether there is a stream.
    await using upstream = await rawServer(({ request, response, honest }) => {
      if (request.method === 'GET') saysNoStream = () => response.writeHead(405).end()
      else honest()
    })
    const { path } = await watched(upstream)
    await using agent = await legacyClient(at(path))
    upstream.asked.length = 0
    const stop = new AbortController()
    const call = agent.call('echo', {}, stop.signal)
    await until(
      () => upstream.asked,
      (asked) => asked.includes('GET'),
    )
    stop.abort('enough')
    await expect(call).rejects.toThrow('enough')
    await until(
      async () => (await omni2.api.listCalls({ query: { outcome: ['cancelled'], limit: 100 } })).calls,
      (calls) => calls.some(({ endpoint }) => endpoint === path),
    )
    saysNoStream()
    expect((await agent.call('echo')).text).toBe('called')
    expect(upstream.asked.filter((method) => method === 'tools/call')).toHaveLength(1)
  })
})

const MIB = 1024 * 1024
const DEAF = 4
/** What each of them is sent, if nobody stops it. */
const FLOOD_MIB = 256
/** Little lies ready for who does not read; the rest is what any work takes. */
const MOST_GROWTH_MIB = 100

/** Asks for a flood as a modern client, and never reads a byte. Only who writes notices that such a connection ended. */
function deaf(path: string) {
  const meta = 'io.modelcontextprotocol/'
  const _meta = {
    progressToken: 'flood',
    [`${meta}protocolVersion`]: '2026-07-28',
    [`${meta}clientInfo`]: { name: 'deaf', version: '1.0.0' },
    [`${meta}clientCapabilities`]: {},
  }
  const params = { name: 'echo', arguments: { flood: true }, _meta }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const { host, hostname, port } = new URL(omni2.url)
  const socket = connect(Number(port), hostname).pause()
  socket.on('error', () => {})
  socket.write(
    [
      `POST ${path} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      'Mcp-Protocol-Version: 2026-07-28',
      'Mcp-Method: tools/call',
      'Mcp-Name: echo',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  )
  const isCut = () => {
    if (!socket.destroyed) socket.write('\r\n')
    return socket.destroyed
  }
  return { isCut, [Symbol.dispose]: () => void socket.destroy() }
}

const mostMemoryMiB = async () => {
  const status = await readFile(`/proc/${omni2.process.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

test('clients that never read are cut off, take little memory until then, and cost others nothing', async () => {
  let begun = 0
  let ended = 0
  await using upstream = await rawServer(
    only('tools/call', (exchange) => {
      if (argument(exchange, 'flood') !== true) return exchange.honest()
      begun++
      const { response } = exchange
      const message = progress(exchange, 1, 'x'.repeat(64 * 1024))
      let left = (FLOOD_MIB * MIB) / message.length
      const more = () => {
        while (left-- > 0 && !response.destroyed && response.write(message)) {}
      }
      response.writeHead(200, STREAM).on('drain', more)
      response.once('close', () => ended++)
      more()
    }),
  )
  const { id, path } = await watched(upstream, { call_timeout_seconds: 2 })
  await using neighbour = await modernClient(at(path))
  expect(await neighbour.call('echo')).toMatchObject({ isError: false })
  const before = await mostMemoryMiB()

  using owned = new DisposableStack()
  const clients = Array.from({ length: DEAF }, () => owned.use(deaf(path)))
  await until(
    () => begun,
    (count) => count === DEAF,
  )
  for (let n = 0; n < 20; n++) expect(await neighbour.call('echo')).toMatchObject({ isError: false })
  await until(
    () => ended,
    (count) => count === DEAF,
  )
  expect((await mostMemoryMiB()) - before).toBeLessThan(MOST_GROWTH_MIB)
  await until(
    () => clients.filter((client) => !client.isCut()).length,
    (count) => count === 0,
  )
  expect(await neighbour.call('echo')).toMatchObject({ isError: false })
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', badges: [] })
}, 120_000)
