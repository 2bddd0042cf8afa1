import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, test } from 'vitest'
import { modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'
import { type Exchange, only, rawServer } from '../support/raw-server.ts'

type Place = { readonly url: string; readonly adminToken: string }

/** 14 MiB in all: more than sockets hold, and less than an answer may have. */
const EVENTS = 448
const EVENT_TEXT = 'x'.repeat(32 * 1024)

const META = 'io.modelcontextprotocol/'
const NOTHING_SAID = { [`${META}clientInfo`]: { name: 'slow', version: '1.0.0' }, [`${META}clientCapabilities`]: {} }
const ERAS = { modern: '2026-07-28', legacy: '2025-11-25' }
type Era = keyof typeof ERAS

/** Posts a message, and answers as soon as the head of the answer is there; none of the body is read. */
async function post({ url, adminToken }: Place, message: object, more: Record<string, string> = {}) {
  const headers = {
    authorization: `Bearer ${adminToken}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const sent = request(`${url}/servers/talks/mcp`, { method: 'POST', headers: { ...headers, ...more } })
  sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }))
  const [response]: IncomingMessage[] = await once(sent, 'response')
  if (response === undefined) throw new Error('no response')
  return response
}

/** A call of a client that reads nothing until it is told to. */
async function call(omni2: Place, era: Era): Promise<IncomingMessage> {
  const params = { name: 'echo', arguments: { talks: true }, _meta: { progressToken: 'mine' } }
  const message = { method: 'tools/call', params }
  if (era === 'modern') {
    const _meta = { ...params._meta, ...NOTHING_SAID, [`${META}protocolVersion`]: ERAS.modern }
    const headers = { 'mcp-protocol-version': ERAS.modern, 'mcp-method': 'tools/call', 'mcp-name': 'echo' }
    return post(omni2, { ...message, params: { ...params, _meta } }, headers)
  }
  const clientInfo = { name: 'slow', version: '1.0.0' }
  const greeting = { protocolVersion: ERAS.legacy, capabilities: {}, clientInfo }
  const greeted = await post(omni2, { method: 'initialize', params: greeting })
  greeted.resume()
  return post(omni2, message, { 'mcp-session-id': `${greeted.headers['mcp-session-id']}` })
}

/** A server that says much in the course of a call, as fast as that is taken: how many events were. */
async function talkative() {
  const said = { events: 0, calls: 0, gone: 0 }
  const talk = async ({ message: { id, params }, response }: Exchange) => {
    said.calls++
    response.once('close', () => void said.gone++)
    const { progressToken } = (params._meta ?? {}) as { progressToken?: unknown } // what a request may carry
    const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let progress = 1; progress <= EVENTS && !response.destroyed; progress++) {
      const params = { progressToken, progress, message: EVENT_TEXT }
      await new Promise((taken) => response.write(event({ method: 'notifications/progress', params }), taken))
      said.events++
    }
    response.end(event({ id, result: { resultType: 'complete', content: [{ type: 'text', text: 'done' }] } }))
  }
  const server = await rawServer(
    only('tools/call', (exchange) => {
      if (JSON.stringify(exchange.message.params).includes('talks')) talk(exchange).catch(() => {})
      else exchange.honest()
    }),
  )
  return { ...server, said }
}

/** Waits until it can say no more, however much is done meanwhile. */
async function stuck({ said }: { readonly said: { readonly events: number } }, meanwhile: () => Promise<unknown>) {
  let before: number
  do {
    before = said.events
    for (let turn = 0; turn < 20; turn++) await meanwhile()
  } while (said.events !== before || before === 0)
}

async function expectAll(response: IncomingMessage): Promise<void> {
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  const messages = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data))
  const numbers = Array.from({ length: EVENTS }, (_, at) => at + 1)
  expect(messages.map(({ params }) => params?.progress)).toEqual([...numbers, undefined])
  expect(messages.at(-1)).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } })
}

test.each<Era>(['modern', 'legacy'])(
  'a %s client that does not read makes the server wait that talks to it, and gets all of it later',
  async (era) => {
    await using omni2 = await Omni2.start()
    await using server = await talkative()
    await registerHealthy(omni2, 'talks', { url: server.url, check_interval_seconds: 3_600 })
    await using other = await modernClient({ url: omni2.url, path: '/servers/talks/mcp', token: omni2.adminToken })
    const response = await call(omni2, era)
    // Others call the same server meanwhile.
    await stuck(server, async () => expect((await other.call('echo')).isError).toBe(false))
    expect(server.said.events).toBeLessThan(EVENTS)
    await expectAll(response)
  },
)

test("the time a client takes to read is not the server's, and ends", async () => {
  await using omni2 = await Omni2InFakeTime.start()
  await using server = await talkative()
  const { id } = await registerHealthy(omni2, 'talks', { url: server.url, check_interval_seconds: 3_600 })
  const [patient, never] = await Promise.all([call(omni2, 'modern'), call(omni2, 'legacy')])
  const failed = once(never, 'error')
  const look = () => omni2.api.listServers({ query: {} })
  await stuck(server, look)
  // As long as a call may take that says how far it is: ten times what a silent one may.
  await omni2.clock.advance(9 * 60_000)
  await stuck(server, look)
  expect(server.said.gone).toBe(0)
  await expectAll(patient)
  await omni2.clock.advance(60_000)
  await until(
    () => server.said.gone,
    (gone) => gone === 2,
  )
  never.resume()
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }])
  await omni2.clock.advance(1_000)
  const { calls } = await until(
    () => omni2.api.listCalls({ query: {} }),
    ({ calls }) => calls.length === 2,
  )
  expect(calls.map(({ outcome }) => outcome).toSorted()).toEqual(['cancelled', 'ok'])
  const { logs } = await omni2.api.listHealthLogs({ params: { id }, query: { trigger: ['passive'] } })
  expect(logs).toEqual([])
})
