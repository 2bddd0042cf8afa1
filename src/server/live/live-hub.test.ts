import { afterEach, expect, test } from 'vitest'
import { aCall } from '../../../test/support/calls.ts'
import { rise } from '../../../test/support/fakes.ts'
import { LiveClient } from '../../../test/support/live-client.ts'
import { bearer, setUpServer } from '../../../test/support/server-setup.ts'
import { aNotice, aServerView, aStatusChange } from '../../../test/support/wire-samples.ts'
import type { ServerView } from '../../api/server-view.ts'
import type { CheckNotice, StoredEvent } from '../../core/events.ts'
import { Feed } from '../../core/feed.ts'
import type { StoredCall } from '../../core/gateway/call-history.ts'
import { serverId } from '../../core/ids.ts'
import type { EventQuery } from '../../core/ports.ts'
import { ROLES } from '../../core/token.ts'
import { callView } from '../views/call.ts'
import { LiveHub } from './live-hub.ts'
import { registerLive } from './live-route.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A running server whose history and servers a test decides. */
async function setup({ servers = [], newest = 0 }: { servers?: readonly ServerView[]; newest?: number } = {}) {
  const server = await setUpServer()
  const { app, book, clock, log } = server
  const events = new Feed<StoredEvent>(rise)
  const checks = new Feed<CheckNotice>(rise)
  const history = {
    rows: Array.from({ length: newest }, (_, index) => aStatusChange(index + 1)),
    onRead: () => {},
    async events({ sinceSeq, limit }: EventQuery) {
      history.onRead()
      return history.rows.filter((row) => row.seq > sinceSeq).slice(0, limit)
    },
    async eventRange() {
      return { oldest: history.rows[0]?.seq ?? 0, newest: history.rows.at(-1)?.seq ?? newest }
    },
  }
  const world = { servers, seq: newest, onSnapshot: () => {} }
  const snapshot = () => {
    world.onSnapshot()
    return { servers: world.servers, seq: world.seq, version: world.seq }
  }
  const viewsOf = (ids: readonly number[]) => world.servers.filter(({ id }) => ids.includes(id))
  const viewOfCall = (call: StoredCall) => callView(call, () => 'agent')
  const hub = new LiveHub({
    ...{ events, checks, tokens: book, snapshot, epoch: 'ours', viewsOf, callView: viewOfCall },
    ...{ store: history, clock, log },
  })
  registerLive(app, hub, 100)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  closing.push(async () => {
    hub.close()
    await app.close()
  })

  const url = `${address.replace('http', 'ws')}/ws`
  const connect = async (path = '', headers?: Record<string, string>) => {
    const client = new LiveClient(url + path, headers ?? bearer(await server.token('viewer')))
    closing.push(async () => client.socket.terminate())
    await client.opened
    return client
  }
  /** As the store and the core do: kept first, then told. */
  const happen = (event = aStatusChange(world.seq + 1)) => {
    history.rows.push(event)
    world.seq = event.seq
    events.emit(event)
  }
  return { ...server, events, checks, history, world, hub, url, address, connect, happen }
}

test('a reader first hears the state of all servers in pages of 500, then what happens after it', async () => {
  const servers = Array.from({ length: 1_001 }, (_, index) => aServerView(index + 1))
  const { connect, happen } = await setup({ servers, newest: 4 })
  const client = await connect()
  const pages = await client.hear(3)
  expect(pages).toMatchObject([
    { type: 'initial_status', seq: 4, page: 1, pages: 3 },
    { type: 'initial_status', seq: 4, page: 2, pages: 3 },
    { type: 'initial_status', seq: 4, page: 3, pages: 3, servers: [{ id: 1_001 }] },
  ])
  happen()
  expect((await client.hear(4))[3]).toMatchObject({ seq: 5, event_type: 'mcp_status_change' })
})

test('who connects after an event sees a state that has it, and who connects at once shares the same', async () => {
  const { connect, happen, world } = await setup()
  let snapshots = 0
  world.onSnapshot = () => {
    snapshots += 1
  }
  await (await connect()).hear(1)
  await (await connect()).hear(1)
  expect(snapshots).toBe(1)
  happen()
  expect(await (await connect()).hear(1)).toMatchObject([{ type: 'initial_status', seq: 1 }])
})

test('a follower hears how each server is that an event or a check changed, together every 100 ms', async () => {
  const servers = [7, 8, 9].map((id) => aServerView(id))
  const { connect, happen, checks, clock, world } = await setup({ servers })
  const [follower, other] = [await connect('?follow=servers'), await connect()]
  await Promise.all([follower.hear(1), other.hear(1)])
  happen()
  checks.emit(aNotice({ serverId: serverId(9) }))
  checks.emit(aNotice({ serverId: serverId(9) }))
  world.servers = [aServerView(7, { health_status: 'disconnected', version: 1 }), aServerView(9, { version: 1 })]
  await clock.advance(100)
  expect((await follower.hear(3)).slice(1)).toEqual([
    expect.objectContaining({ seq: 1, event_type: 'mcp_status_change' }),
    { type: 'servers', servers: world.servers },
  ])
  await other.ask({ action: 'ping' })
  expect(other.heard.map((message) => 'type' in message && message.type)).toEqual(['initial_status', false, 'pong'])
})

test('a server that was deleted meanwhile is passed over', async () => {
  const { connect, happen, clock } = await setup()
  const follower = await connect('?follow=servers')
  await follower.hear(1)
  happen()
  await clock.advance(100)
  expect((await follower.hear(3))[2]).toEqual({ type: 'servers', servers: [] })
})

test('a reader says on the way what it follows, and servers that are called are told each 5 s', async () => {
  const { connect, hub, clock } = await setup({ servers: [aServerView(7)] })
  const reader = await connect()
  await reader.hear(1)
  hub.tellCalls([aCall(1)])
  expect(await reader.ask({ action: 'follow', follow: ['calls', 'servers'] })).toEqual({
    type: 'following',
    follow: ['calls', 'servers'],
  })
  hub.tellCalls([aCall(2)])
  expect((await reader.hear(3))[2]).toMatchObject({ type: 'calls', calls: [{ id: 2 }] })
  await clock.advance(5_100)
  expect((await reader.hear(4))[3]).toMatchObject({ type: 'servers', servers: [{ id: 7 }] })
  await reader.ask({ action: 'follow', follow: [] })
  hub.tellCalls([aCall(3)])
  expect(await reader.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
})

test('in a storm a follower gets 200 servers each time, and all of them in the end', async () => {
  const servers = Array.from({ length: 450 }, (_, index) => aServerView(index + 1))
  const { connect, checks, clock } = await setup({ servers })
  const follower = await connect('?follow=servers')
  await follower.hear(1)
  for (const { id } of servers) checks.emit(aNotice({ serverId: serverId(id) }))
  await clock.advance(300)
  const told = (await follower.hear(4)).slice(1)
  expect(told.map((message) => 'servers' in message && message.servers.length)).toEqual([200, 200, 50])
})

test('a follower that comes after a check, but gets pages from before it, hears of that server', async () => {
  const { connect, checks, clock } = await setup({ servers: [aServerView(7)] })
  await (await connect()).hear(1)
  checks.emit(aNotice())
  await clock.advance(100)
  const follower = await connect('?follow=servers')
  await follower.hear(1)
  await clock.advance(100)
  expect((await follower.hear(2))[1]).toMatchObject({ type: 'servers', servers: [{ id: 7 }] })
})

test('a follower that comes back hears what it missed, and then the state', async () => {
  const { connect, happen } = await setup({ servers: [aServerView(7)], newest: 3 })
  const follower = await connect('?since_seq=1&follow=servers')
  await follower.hear(3)
  happen()
  await follower.hear(4)
  expect(follower.heard).toMatchObject([{ seq: 2 }, { seq: 3 }, { type: 'initial_status', seq: 3 }, { seq: 4 }])
})

test('with no servers there is one empty page', async () => {
  const { connect } = await setup()
  expect(await (await connect()).hear(1)).toMatchObject([{ page: 1, pages: 1, seq: 0, servers: [] }])
})

test('what happens while the pages are on their way comes after them, once', async () => {
  const servers = Array.from({ length: 2_000 }, (_, index) => aServerView(index + 1))
  const { connect, happen, world } = await setup({ servers, newest: 4 })
  world.onSnapshot = () => {
    world.onSnapshot = () => {}
    queueMicrotask(() => happen())
  }
  const client = await connect()
  await client.hear(5)
  happen()
  await client.hear(6)
  expect(client.seqs).toEqual([5, 6])
})

test('a replay tells what was missed and goes on live, without gap or repetition', async () => {
  const { connect, happen, history } = await setup({ newest: 1_203 })
  history.onRead = () => {
    history.onRead = () => {}
    happen()
  }
  const client = await connect('?since_seq=3')
  await client.hear(1_201)
  happen()
  await client.hear(1_202)
  expect(client.seqs).toEqual(Array.from({ length: 1_202 }, (_, index) => index + 4))
})

test('who missed nothing hears nothing but what is new', async () => {
  const { connect, happen } = await setup({ newest: 5 })
  const client = await connect('?since_seq=5&epoch=ours')
  expect(await client.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  happen()
  await client.hear(2)
  expect(client.seqs).toEqual([6])
})

test.each([
  ['from the future', '?since_seq=99', 10, 0],
  ['too old, since its history was pruned', '?since_seq=2', 10, 5],
  ['too old, since all history was pruned', '?since_seq=2', 10, 10],
  ['too far behind', '?since_seq=1', 6_000, 0],
  ['of another history', '?since_seq=7&epoch=another', 10, 0],
])('a seq that is %s gets the state again', async (_what, query, newest, pruned) => {
  const { connect, happen, history } = await setup({ newest })
  history.rows.splice(0, pruned)
  const client = await connect(query)
  expect(await client.hear(1)).toMatchObject([{ type: 'initial_status', seq: newest, epoch: 'ours' }])
  happen()
  await client.hear(2)
  expect(client.seqs).toEqual([newest + 1])
})

test.each([
  ['nobody', undefined, {}, '', 401],
  ['a token in the URL', 'viewer', {}, '?token=x', 422],
  ['an agent', 'agent', {}, '', 403],
  ['a page of another origin', 'admin', { origin: 'https://evil.example' }, '', 403],
  ['another host', 'admin', { host: 'evil.example' }, '', 403],
  ['a seq that is none', 'viewer', {}, '?since_seq=-1', 422],
] as const)('%s is refused before the upgrade', async (_who, role, extra, query, status) => {
  const { url, token } = await setup()
  const headers = { ...(role ? bearer(await token(role)) : {}), ...extra }
  const client = new LiveClient(url + query, headers)
  await expect(client.opened).rejects.toThrow(`Unexpected server response: ${status}`)
})

test('a cookie opens it together with our own origin only', async () => {
  const { address, connect, url, auth, token } = await setup()
  const session = await auth.signIn(await token('viewer'), 'a')
  const cookie = `omni2_session=${session.secret}`
  await expect(new LiveClient(url, { cookie }).opened).rejects.toThrow('403')
  await expect(new LiveClient(url, { cookie, origin: 'http://localhost:1' }).opened).rejects.toThrow('403')
  const client = await connect('', { cookie, origin: address })
  expect(await client.hear(1)).toMatchObject([{ type: 'initial_status' }])
  await auth.signOut(session.principal)
  expect(await client.closed).toBe(1008)
})

test('every role that may read is answered every message', async () => {
  const { connect, token } = await setup()
  for (const role of ROLES.filter((one) => one !== 'agent')) {
    const client = await connect('', bearer(await token(role)))
    await client.hear(1)
    expect(await client.ask({ action: 'subscribe' })).toEqual({ type: 'subscribed', subscription_id: 'sub-1' })
    const unsubscribed = await client.ask({ action: 'unsubscribe', subscription_id: 'sub-1' })
    expect(unsubscribed).toEqual({ type: 'unsubscribed', subscription_id: 'sub-1' })
    expect(await client.ask({ action: 'unsubscribe' })).toEqual({ type: 'unsubscribed', subscription_id: null })
    expect(await client.ask({ action: 'get_metadata' })).toMatchObject({ type: 'metadata' })
    expect(await client.ask({ action: 'ping' })).toEqual({ type: 'pong', timestamp: '2026-01-01T00:00:00.000Z' })
    expect(await client.ask({ action: 'batch' })).toEqual({ type: 'batching' })
  }
})

test.each([
  ['not JSON', '{', 'bad_request'],
  ['binary', Buffer.from([1, 2, 3]), 'bad_request'],
  ['an unknown action', { action: 'shutdown' }, 'invalid_input'],
  ['an unknown field', { action: 'ping', token: 'x' }, 'invalid_input'],
  ['a key twice', '{"action":"ping","action":"batch"}', 'bad_request'],
  ['an unknown event', { action: 'subscribe', event_types: ['nope'] }, 'invalid_input'],
  ['an unknown subscription', { action: 'unsubscribe', subscription_id: 'sub-9' }, 'not_found'],
  ['an array', '[]', 'invalid_input'],
])('%s is answered with an error and the connection stays', async (_what, message, code) => {
  const { connect } = await setup()
  const client = await connect()
  await client.hear(1)
  expect(await client.ask(message)).toMatchObject({ type: 'error', problem: { code } })
  expect(await client.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
})

test('a subscription narrows what is heard, and without one everything but checks is', async () => {
  const { connect, happen, checks } = await setup()
  const client = await connect()
  const filters = { mcp_names: ['github'], severity: ['high', 'critical'] }
  await client.hear(1)
  checks.emit(aNotice())
  happen(aStatusChange(1, { name: 'other' }))
  await client.hear(2)
  await client.ask({ action: 'subscribe', event_types: ['mcp_status_change'], filters })
  happen(aStatusChange(2, { name: 'other' }))
  happen(aStatusChange(3, { severity: 'info' }))
  happen(aStatusChange(4))
  await client.hear(4)
  await client.ask({ action: 'subscribe', filters: { mcp_names: [] } })
  happen(aStatusChange(5, { name: 'other' }))
  await client.ask({ action: 'unsubscribe' })
  happen(aStatusChange(6, { name: 'other' }))
  await client.ask({ action: 'ping' })
  expect(client.seqs).toEqual([1, 4, 6])
  expect(JSON.stringify(client.heard)).not.toContain('"event_type":"mcp_health_check","timestamp"')
})

test('checks are heard by who asked for them, at most once a second per server, the last one always', async () => {
  const { connect, checks, clock } = await setup()
  const client = await connect()
  await client.hear(1)
  await client.ask({ action: 'subscribe', event_types: ['mcp_health_check'] })
  for (const responseTimeMs of [1, 2, 3]) checks.emit(aNotice({ responseTimeMs }))
  await client.hear(3)
  await clock.advance(999)
  expect(await client.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  await clock.advance(1)
  await client.hear(5)
  const times = client.heard.flatMap((message) =>
    'event_type' in message && message.event_type === 'mcp_health_check' ? [message.event_data.response_time_ms] : [],
  )
  expect(times).toEqual([1, 3])
})

test('batched events come in one frame each 100 ms', async () => {
  const { connect, happen, clock } = await setup()
  const [first, second] = [await connect(), await connect()]
  for (const client of [first, second]) {
    await client.hear(1)
    await client.ask({ action: 'batch' })
  }
  happen()
  happen()
  await clock.advance(99)
  expect(await first.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  await clock.advance(1)
  for (const [client, at] of [
    [first, 3],
    [second, 2],
  ] as const) {
    expect((await client.hear(at + 1))[at]).toMatchObject({ batch: [{ seq: 1 }, { seq: 2 }] })
  }
})

test('a message over 64 KiB ends the connection with 1009', async () => {
  const { connect } = await setup()
  const client = await connect()
  await client.hear(1)
  client.say(JSON.stringify({ action: 'x'.repeat(64 * 1024) }))
  expect(await client.closed).toBe(1009)
})

test('more than 100 messages in 10 s end it with 1008; slower ones do not', async () => {
  const { connect, clock } = await setup()
  const [busy, calm] = [await connect(), await connect()]
  for (let i = 0; i < 100; i++) await calm.ask({ action: 'ping' })
  await clock.advance(10_000)
  expect(await calm.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  for (let i = 0; i < 101; i++) busy.say({ action: 'ping' })
  expect(await busy.closed).toBe(1008)
})

test('signs of life nobody asked for count too', async () => {
  const { connect } = await setup()
  const client = await connect()
  await client.hear(1)
  for (let i = 0; i < 101; i++) client.socket.pong()
  expect(await client.closed).toBe(1008)
})

test('who goes on and on is cut off', async () => {
  const { connect, hub } = await setup()
  const client = await connect()
  await client.hear(1)
  client.socket.pause() // so that it never answers the close
  while (hub.size > 0) {
    for (let i = 0; i < 200; i++) client.say({ action: 'ping' })
    await new Promise((resolve) => setImmediate(resolve))
  }
  client.socket.resume()
  expect([1006, 1008]).toContain(await client.closed)
})

test('a reader that does not read is dropped with 1013, and the others miss nothing', async () => {
  const { connect, happen, hub } = await setup()
  const [stuck, reader] = [await connect(), await connect()]
  await Promise.all([stuck.hear(1), reader.hear(1)])
  stuck.socket.pause()
  const name = 'x'.repeat(100_000)
  let seq = 0
  while (hub.readers > 1) {
    happen(aStatusChange(++seq, { name }))
    await reader.hear(1 + seq)
  }
  stuck.socket.resume()
  expect(await stuck.closed).toBe(1013)
  expect(reader.seqs).toEqual(Array.from({ length: seq }, (_, index) => index + 1))
})

test('a deleted or expired token ends its connections with 1008 within a second', async () => {
  const { connect, book, clock, token, apiTokenId } = await withTokenIds()
  const expiring = await connect('', bearer(await token('viewer', 5_000)))
  const { secret, id } = await apiTokenId()
  const deleted = await connect('', bearer(secret))
  const staying = await connect()
  await Promise.all([expiring.hear(1), deleted.hear(1), staying.hear(1)])
  await book.remove(id)
  expect(await deleted.closed).toBe(1008)
  await clock.advance(5_999)
  expect(await expiring.closed).toBe(1008)
  expect(await staying.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
})

async function withTokenIds() {
  const server = await setup()
  const apiTokenId = async () => {
    const { secret, token } = await server.book.create({ kind: 'api', name: 'x', role: 'viewer' })
    return { secret, id: token.id }
  }
  return { ...server, apiTokenId }
}

test('who gives no sign of life for 30 s is ended; who answers stays', async () => {
  const { connect, clock, hub, url, token } = await setup()
  const dead = new LiveClient(url, bearer(await token('viewer')), { autoPong: false })
  const alive = await connect()
  await Promise.all([dead.hear(1), alive.hear(1)])
  const pinged = new Promise((resolve) => alive.socket.once('ping', resolve))
  await clock.advance(30_000)
  await pinged
  await alive.ask({ action: 'ping' })
  await clock.advance(30_000)
  expect(await dead.closed).toBe(1006)
  expect(await alive.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  expect(hub.size).toBe(1)
})

test('a shutdown says 1001', async () => {
  const { connect, hub } = await setup()
  const client = await connect()
  await client.hear(1)
  hub.close()
  expect(await client.closed).toBe(1001)
})

test('a database that does not answer ends a replay with 1013', async () => {
  const { connect, history } = await setup({ newest: 5 })
  history.eventRange = async () => {
    throw new Error('database is gone')
  }
  expect(await (await connect('?since_seq=1')).closed).toBe(1013)
})

test('the progress of a job reaches every reader, its last step within 100 ms', async () => {
  const { connect, hub, clock } = await setup()
  const client = await connect()
  await client.ask({ action: 'ping' })
  const job = {
    job_id: 'j',
    status: 'running',
    total: 300,
    done: 1,
    started_at: '2026-01-01T00:00:00.000Z',
    finished_at: null,
  } as const
  for (let done = 1; done <= 300; done++) hub.tellJob({ ...job, done })
  hub.tellJob({ ...job, job_id: 'other' })
  await clock.advance(100)
  expect((await client.hear(4)).slice(2)).toEqual([
    { type: 'check_job', job: { ...job, done: 300 } },
    { type: 'check_job', job: { ...job, job_id: 'other' } },
  ])
})
