import { once } from 'node:events'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { ClientOptions } from 'ws'
import type { LiveMessage } from '../../src/api/live.ts'
import { heard, history } from '../support/journey.ts'
import { type Live, Omni2 } from '../support/omni2.ts'
import { plainHttp } from '../support/plain-http.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'

const PATIENCE = { timeout: 30_000 }
const MANY = 1_000

let omni2: Omni2
let upstream: RawServer
beforeAll(async () => {
  ;[omni2, upstream] = await Promise.all([Omni2.start(), rawServer()])
})
afterAll(() => Promise.all([omni2?.stop(), upstream?.close()]))

/** A reader that was told the state; one with a query has only connected. */
async function reader(query = '', options?: ClientOptions): Promise<Live> {
  const live = await omni2.live(query, options)
  onTestFinished(() => live[Symbol.dispose]())
  if (query !== '') return live
  while (pagesOf(live).length !== pagesOf(live)[0]?.pages) await once(live.socket, 'message')
  return live
}

/** What comes back of the type asked for. */
async function answer(live: Live, message: unknown, type: string): Promise<LiveMessage | undefined> {
  const before = live.messages.length
  live.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  const find = () => live.messages.slice(before).find((said) => 'type' in said && said.type === type)
  while (!find()) await once(live.socket, 'message')
  return find()
}

const closing = async (live: Live): Promise<number> => {
  const [code] = await once(live.socket, 'close')
  return Number(code)
}
const types = (live: Live) =>
  heard(live).map(({ event_type, event_data }) => [event_type, 'mcp_name' in event_data && event_data.mcp_name])
const pagesOf = ({ messages }: Live) =>
  messages.flatMap((message) => ('type' in message && message.type === 'initial_status' ? [message] : []))
const newest = async () => pagesOf(await reader())[0]?.seq ?? 0
const create = (name: string, url = 'http://127.0.0.1:1/mcp', enabled = false) =>
  omni2.api.createServer({ body: { name, url, enabled } })

test('events are read page by page, from the oldest or from the newest on', async () => {
  for (const name of ['paged-1', 'paged-2', 'paged-3']) await create(name)
  const all = (await history(omni2)).map(({ seq }) => seq)
  for (const order of ['oldest', 'newest'] as const) {
    const seqs: number[] = []
    for (let cursor: string | undefined; ; ) {
      const query = { order, limit: 2, ...(cursor ? { cursor } : {}) }
      const page = await omni2.api.listEvents({ query })
      seqs.push(...page.events.map(({ seq }) => seq))
      if (page.next_cursor === null) break
      cursor = page.next_cursor
    }
    expect(seqs).toEqual(order === 'oldest' ? all : all.toReversed())
  }
  const [first = 0, second = 0] = all
  const { events } = await omni2.api.listEvents({
    query: { order: 'newest', since_seq: first, before_seq: second + 1 },
  })
  expect(events.map(({ seq }) => seq)).toEqual([second])
})

test('a reader hears what REST tells, in the same order and without a gap', async () => {
  const live = await reader()
  const { seq } = pagesOf(live)[0] ?? { seq: -1 }
  expect(seq).toBe(await newest())
  const { id } = await create('told', upstream.url, true)
  await omni2.api.triggerHealthCheck({ params: { id } })
  await omni2.api.updateServer({ params: { id }, body: { description: 'changed' } })
  await omni2.api.disableServer({ params: { id } })
  await omni2.api.deleteServer({ params: { id } })
  await expect.poll(() => types(live).at(-1), PATIENCE).toEqual(['mcp_server_deleted', 'told'])
  expect(heard(live)).toEqual(await history(omni2, seq))
  expect(live.statuses('told').slice(0, 1)).toEqual(['unknown -> healthy'])
  expect(new Set(heard(live).map(({ event_type }) => event_type))).toEqual(
    new Set(['mcp_server_created', 'mcp_status_change', 'mcp_server_updated', 'mcp_server_deleted']),
  )
})

describe('since_seq', () => {
  test('replays exactly what was missed, and goes on live without a gap or a repetition', async () => {
    const from = await newest()
    for (const name of ['missed-1', 'missed-2', 'missed-3']) await create(name)
    const live = await reader(`?since_seq=${from}`)
    await create('live-1')
    await expect.poll(() => types(live).at(-1), PATIENCE).toEqual(['mcp_server_created', 'live-1'])
    expect(heard(live)).toEqual(await history(omni2, from))
    expect(pagesOf(live)).toEqual([])
  })

  test('of the future is answered with the state', async () => {
    const seq = await newest()
    const live = await reader(`?since_seq=${seq + 1_000}`)
    await expect.poll(() => pagesOf(live), PATIENCE).toMatchObject([{ seq, page: 1, pages: 1 }])
    expect(heard(live)).toEqual([])
  })

  test('from before what is remembered is answered with the state', async () => {
    await create('forgotten')
    const from = await newest()
    for (const name of ['remembered-1', 'remembered-2']) await create(name)
    using db = new DatabaseSync(path.join(omni2.dataDir, 'omni2.db'), { timeout: 5_000 })
    db.prepare('delete from event where seq <= ?').run(from + 1)
    const [tooLate, inTime] = [await reader(`?since_seq=${from}`), await reader(`?since_seq=${from + 1}`)]
    await expect.poll(() => pagesOf(tooLate), PATIENCE).toMatchObject([{ seq: from + 2 }])
    await expect.poll(() => inTime.messages, PATIENCE).toMatchObject([{ seq: from + 2 }])
  })

  test.each(['x', '-1', '1.5', '1&more=1'])('that is none (%s) is refused', async (since) => {
    const refused = await omni2.fetch(`/ws?since_seq=${since}`)
    expect(refused.status).toBe(422)
  })
})

describe('a subscription', () => {
  test('lets through the types, names and severities it names, and nothing once it is gone but what is usual', async () => {
    const [named, typed, severe, both] = [await reader(), await reader(), await reader(), await reader()]
    const subscribe = (live: Live, wanted: object) => answer(live, { action: 'subscribe', ...wanted }, 'subscribed')
    await subscribe(named, { filters: { mcp_names: ['wanted'] } })
    await subscribe(typed, { event_types: ['mcp_server_deleted'] })
    await subscribe(severe, { filters: { severity: ['high', 'critical'] } })
    const first = await subscribe(both, { event_types: ['mcp_server_deleted'] })
    await subscribe(both, { filters: { mcp_names: ['wanted'] }, event_types: ['mcp_server_created'] })
    const [wanted, other] = [await create('wanted'), await create('other')]
    for (const { id } of [wanted, other]) await omni2.api.deleteServer({ params: { id } })
    const probe = await create('probe-1')
    expect(first).toMatchObject({ subscription_id: expect.any(String) })
    const id = first && 'subscription_id' in first ? first.subscription_id : ''
    expect(await answer(both, { action: 'unsubscribe', subscription_id: id }, 'unsubscribed')).toMatchObject({
      subscription_id: id,
    })
    await omni2.api.deleteServer({ params: { id: probe.id } })
    for (const live of [named, typed, severe, both]) await answer(live, { action: 'ping' }, 'pong')
    expect(types(named)).toEqual([
      ['mcp_server_created', 'wanted'],
      ['mcp_server_deleted', 'wanted'],
    ])
    expect(types(typed)).toEqual(['wanted', 'other', 'probe-1'].map((name) => ['mcp_server_deleted', name]))
    expect(types(severe)).toEqual([])
    expect(types(both)).toEqual([
      ['mcp_server_created', 'wanted'],
      ['mcp_server_deleted', 'wanted'],
      ['mcp_server_deleted', 'other'],
    ])
    expect(await answer(both, { action: 'unsubscribe' }, 'unsubscribed')).toMatchObject({ subscription_id: null })
    await create('everything-again')
    await expect.poll(() => types(both).at(-1), PATIENCE).toEqual(['mcp_server_created', 'everything-again'])
  })

  test('is how checks are heard of, live only and without a seq', async () => {
    const [asked, silent] = [await reader(), await reader()]
    await answer(
      asked,
      { action: 'subscribe', event_types: ['mcp_health_check'], filters: { mcp_names: ['checked'] } },
      'subscribed',
    )
    const { id } = await create('checked', upstream.url, true)
    await omni2.api.triggerHealthCheck({ params: { id } })
    const checks = ({ messages }: Live) =>
      messages.filter((message) => 'event_type' in message && message.event_type === 'mcp_health_check')
    await expect.poll(() => checks(asked).length, PATIENCE).toBeGreaterThan(0)
    expect(checks(asked)[0]).toMatchObject({
      event_data: { mcp_name: 'checked', health_status: 'healthy', outcome: 'ok' },
    })
    expect(checks(asked)[0]).not.toHaveProperty('seq')
    expect([heard(asked), checks(silent)]).toEqual([[], []])
    await omni2.api.deleteServer({ params: { id } })
  })
})

describe('an action', () => {
  test('that makes no sense is answered, and the connection goes on', async () => {
    const live = await reader()
    const nonsense: unknown[] = [
      '{',
      '[]',
      '',
      { action: 'drop_tables' },
      { action: 'subscribe', event_types: ['mcp_unknown'] },
      { action: 'unsubscribe', subscription_id: 'sub-99' },
      { action: 'ping', extra: 1 },
      '{"action":"ping","action":"batch"}',
    ]
    for (const message of nonsense) {
      expect(await answer(live, message, 'error')).toMatchObject({
        problem: { code: expect.stringMatching(/^(bad_request|invalid_input|not_found)$/) },
      })
    }
    expect(await answer(live, { action: 'ping' }, 'pong')).toMatchObject({ timestamp: expect.stringMatching(/Z$/) })
    const metadata = await answer(live, { action: 'get_metadata' }, 'metadata')
    expect(metadata).toMatchObject({ metadata: await omni2.api.getEventMetadata() })
  })

  test('batch makes frames of many events', async () => {
    const live = await reader()
    await answer(live, { action: 'batch' }, 'batching')
    const from = await newest()
    for (const name of ['batched-1', 'batched-2']) await create(name)
    const batched = () => live.messages.flatMap((message) => ('batch' in message ? message.batch : []))
    await expect.poll(() => batched().length, PATIENCE).toBe(2)
    expect([batched(), heard(live)]).toEqual([await history(omni2, from), []])
  })

  test('larger than 64 KiB ends the connection with 1009, and one too many with 1008', async () => {
    const large = await reader()
    large.socket.send(JSON.stringify({ action: 'ping', padding: 'x'.repeat(70_000) }))
    expect(await closing(large)).toBe(1009)
    const many = await reader()
    for (let index = 0; index < 101; index++) many.say({ action: 'ping' })
    expect(await closing(many)).toBe(1008)
  })
})

describe('who may not read any more is let go:', () => {
  const headers = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

  test('a revoked token, and the sessions made from it', async () => {
    const { id, token } = await omni2.api.createToken({ body: { name: 'revoked', role: 'viewer' } })
    const signedIn = await plainHttp(`${omni2.url}/api/v1/session`, { method: 'POST', body: { token } })
    const [cookie = ''] = signedIn.headers['set-cookie'] ?? []
    const readers = [await reader('', headers(token)), await reader('', { headers: { cookie, origin: omni2.url } })]
    const codes = Promise.all(readers.map(closing))
    await omni2.api.deleteToken({ params: { id } })
    expect(await codes).toEqual([1008, 1008])
  })

  test('an expired token', async () => {
    const expires_at = new Date(Date.now() + 1_500).toISOString()
    const { token } = await omni2.api.createToken({ body: { name: 'brief', role: 'viewer', expires_at } })
    expect(await closing(await reader('', headers(token)))).toBe(1008)
  })

  test('a session that was signed out', async () => {
    const signedIn = await plainHttp(`${omni2.url}/api/v1/session`, {
      method: 'POST',
      body: { token: omni2.adminToken },
    })
    const [cookie = ''] = signedIn.headers['set-cookie'] ?? []
    const live = await reader('', { headers: { cookie, origin: omni2.url } })
    const code = closing(live)
    await plainHttp(`${omni2.url}/api/v1/session`, { method: 'DELETE', headers: { cookie } })
    expect(await code).toBe(1008)
  })
})

test(`${MANY} servers imported at once are told to everyone, and come in pages of 500`, async () => {
  const [plain, batching] = [await reader(), await reader()]
  await answer(batching, { action: 'batch' }, 'batching')
  const before = (await omni2.api.listServers({ query: { limit: 1_000 } })).servers.length
  const description = 'Somebody wrote what it is for, in a sentence or two. '.repeat(5)
  const config = Object.fromEntries(
    Array.from({ length: MANY }, (_, index) => [
      `bulk-${index}`,
      { url: `https://mcp.example/${index}`, disabled: true, description },
    ]),
  )
  expect((await omni2.api.importServers({ body: { mcpServers: config } })).created).toBe(MANY)
  const bulk = (events: ReturnType<typeof heard>) =>
    events.filter(({ event_type }) => event_type === 'mcp_server_created').length
  const batched = () =>
    batching.messages.flatMap((message) => ('batch' in message ? message.batch : [])).filter((event) => 'seq' in event)
  await expect.poll(() => [bulk(heard(plain)), bulk(batched())], PATIENCE).toEqual([MANY, MANY])

  const pages = pagesOf(await reader())
  const total = before + MANY
  expect(pages.map(({ page, pages: count, servers, seq }) => [page, count, servers.length, seq])).toEqual(
    [500, 500, total - 1_000].map((size, index) => [index + 1, 3, size, heard(plain).at(-1)?.seq]),
  )
  expect(new Set(pages.flatMap(({ servers }) => servers.map(({ name }) => name))).size).toBe(total)
})

test('a reader that takes nothing is dropped and told why, and slows nobody', async () => {
  const [slow, fast] = [await reader(), await reader()]
  const large = (index: number) => Array.from({ length: 100 }, () => 'é'.repeat(4_000) + index)
  const { id } = await omni2.api.createServer({ body: { name: 'large', command: 'x', args: large(0), enabled: false } })
  slow.socket.pause()
  await expect.poll(() => types(fast), PATIENCE).toEqual([['mcp_server_created', 'large']])
  const from = heard(fast)[0]?.seq ?? 0
  for (let index = 1; index <= 14; index++) {
    await omni2.api.updateServer({ params: { id }, body: { args: large(index) } })
    await expect.poll(() => heard(fast).at(-1)?.seq, PATIENCE).toBe(from + index)
  }
  const code = closing(slow)
  slow.socket.resume()
  expect(await code).toBe(1013)
  expect(heard(slow).length).toBeLessThan(14)
  const again = await reader(`?since_seq=${heard(slow).at(-1)?.seq}`)
  await expect.poll(() => heard(again).at(-1)?.seq, PATIENCE).toBe(from + 14)
  expect([...heard(slow), ...heard(again)]).toEqual(heard(fast))
})
