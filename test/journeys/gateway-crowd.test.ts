import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client as ModernClient } from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, test } from 'vitest'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { markingServer, markingStdio } from '../support/marking-servers.ts'
import { Omni2 } from '../support/omni2.ts'
import { type Exchange, only, rawServer } from '../support/raw-server.ts'

const CLIENTS = 200
const SERVERS = ['modern', 'without-sessions', 'with-sessions', 'process'] as const
const ROUNDS = 2 * SERVERS.length

type Place = { readonly url: string; readonly path: string; readonly token: string }

/** A client that keeps all it hears; its name and its calls' markers are nobody else's. */
async function listener(place: Place, number: number) {
  const name = `client-${number}`
  const logs: string[] = []
  const steps: string[] = []
  const isModern = number % 2 === 0
  const info = { name, version: '1.0.0' }
  const onprogress = ({ message = '' }: { readonly message?: string }) => void steps.push(message)
  if (isModern) {
    const client = new ModernClient(info, { versionNegotiation: { mode: 'auto' } })
    client.setNotificationHandler('notifications/message', ({ params }) => void logs.push(`${params.data}`))
    const { [Symbol.asyncDispose]: end } = await modernClient(place, client)
    const call = (tool: string, marker: string) =>
      client.callTool({ name: tool, arguments: { marker } }, { onprogress })
    return { name, isModern, logs, steps, call, [Symbol.asyncDispose]: end }
  }
  const client = new LegacyClient(info)
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logs.push(`${params.data}`))
  const { [Symbol.asyncDispose]: end } = await legacyClient(place, client)
  const call = (tool: string, marker: string) =>
    client.callTool({ name: tool, arguments: { marker } }, undefined, { onprogress })
  return { name, isModern, logs, steps, call, [Symbol.asyncDispose]: end }
}

test(`${CLIENTS} clients at once hear what is theirs, and nothing of each other`, async () => {
  await using owned = new AsyncDisposableStack()
  const omni2 = owned.use(await Omni2.start())
  for (const kind of ['modern', 'without sessions', 'with sessions'] as const) {
    const { url } = owned.use(await markingServer(kind))
    await registerHealthy(omni2, kind.replace(' ', '-'), { url })
  }
  await registerHealthy(omni2, 'process', stdioDraft(markingStdio))
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  const place = { url: omni2.url, path: '/mcp', token }
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, n) => owned.use(await listener(place, n))),
  )

  for (let round = 0; round < ROUNDS; round++) {
    const answers = await Promise.all(
      clients.map(async ({ name, call }, n) => {
        const marker = `${name} in round ${round}`
        const { content } = await call(`${SERVERS[(n + round) % SERVERS.length]}__mark`, marker)
        return { content, marker }
      }),
    )
    for (const { content, marker } of answers) expect(content).toEqual([{ type: 'text', text: marker }])
  }
  for (const [n, { name, isModern, logs, steps }] of clients.entries()) {
    const rounds = Array.from({ length: ROUNDS }, (_, round) => ({
      marker: `${name} in round ${round}`,
      server: SERVERS[(n + round) % SERVERS.length],
    }))
    expect(steps).toEqual(rounds.flatMap(({ marker }) => [marker, marker]))
    // A process says nothing of its calls but their progress, only a session of one's own has a stream of its own, and in
    // the modern era nobody hears logs that they did not ask for.
    const told = rounds.flatMap(({ marker, server }) => {
      if (server === 'process' || isModern) return []
      return server === 'with-sessions' ? [marker, name] : [marker]
    })
    const heard = await until(
      () => [...logs].sort(),
      (all) => all.length >= told.length,
    )
    expect(heard).toEqual(told.sort())
  }
})

test(`${CLIENTS} calls in flight are answered before Omni2 stops, and all of them are on record`, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-stop-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(dataDir, { recursive: true, force: true }))
  const omni2 = owned.use(await Omni2.start({ dataDir }))
  const held: Exchange[] = []
  const hold = only('tools/call', (exchange) => void held.push(exchange))
  const upstreams = [owned.use(await rawServer(hold)), owned.use(await rawServer(hold))]
  for (const [n, { url }] of upstreams.entries()) await registerHealthy(omni2, `server-${n}`, { url })
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  const place = { url: omni2.url, path: '/mcp', token }
  const old = owned.use(await legacyClient(place))
  const modern = owned.use(await modernClient(place))
  const stream = await fetch(`${omni2.url}/mcp`, { headers: listening(token, old.transport.sessionId) })

  const agents = [old, modern]
  const calls = Array.from({ length: CLIENTS }, (_, n) => agents[n % 2]?.call(`server-${(n >> 1) % 2}__echo`))
  // So many of one server run at once; the others wait for them.
  await until(
    () => held.length,
    (count) => count === 2 * 64,
  )
  const stopping = omni2.process.end()
  await stream.text()
  for (const upstream of upstreams) upstream.answer = ({ honest }) => honest()
  for (const { honest } of held) honest()
  for (const result of await Promise.all(calls)) expect(result).toMatchObject({ text: 'called', isError: false })
  await stopping
  expect(omni2.process.exitCode).toBe(0)

  const again = owned.use(await Omni2.start({ dataDir }))
  const { calls: recorded } = await again.api.listCalls({ query: { limit: 1_000 } })
  expect(recorded.map(({ outcome }) => outcome)).toEqual(calls.map(() => 'ok'))
})

test('a call that Omni2 cannot wait for when it stops is told so and is on record, and what waits is never sent', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-stop-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(dataDir, { recursive: true, force: true }))
  const omni2 = owned.use(await Omni2.start({ dataDir }))
  const upstream = owned.use(await rawServer(only('tools/call', () => {})))
  await registerHealthy(omni2, 'endless', { url: upstream.url })
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  const place = { url: omni2.url, path: '/mcp', token }
  const agents = [owned.use(await legacyClient(place)), owned.use(await modernClient(place))]
  const running = Array.from({ length: 64 }, (_, n) => agents[n % 2]?.call('endless__echo'))
  const asked = () => upstream.asked.filter((method) => method === 'tools/call').length
  await until(asked, (count) => count === 64)
  const waiting = agents.map((agent) => agent.call('endless__echo'))
  await omni2.process.end()
  expect(omni2.process.exitCode).toBe(0)
  for (const result of await Promise.all(running)) {
    expect(result).toMatchObject({ isError: true, meta: { 'omni2/refusal': { may_be_done: true } } })
    expect(result?.text).toContain('Omni2 was told to stop')
  }
  for (const result of await Promise.all(waiting)) {
    expect(result).toMatchObject({ isError: true, meta: { 'omni2/refusal': { may_be_done: false } } })
  }
  expect(asked()).toBe(64)

  const again = owned.use(await Omni2.start({ dataDir }))
  const { calls } = await again.api.listCalls({ query: { limit: 1_000 } })
  expect(calls.filter(({ outcome }) => outcome === 'cancelled')).toHaveLength(64)
})

const listening = (token: string, session = '') => ({
  authorization: `Bearer ${token}`,
  accept: 'text/event-stream',
  'mcp-session-id': session,
})
