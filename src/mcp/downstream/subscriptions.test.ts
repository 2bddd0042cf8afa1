import { expect, test } from 'vitest'
import { settle } from '../../../test/support/fakes.ts'
import { DISABLED, offering } from '../../../test/support/offering.ts'
import { FOREVER } from '../../../test/support/upstreams.ts'
import { CallPace } from '../../core/gateway/call-pace.ts'
import type { Scopes } from '../../core/gateway/scopes.ts'
import { serverId } from '../../core/ids.ts'
import { Fleet } from '../../core/watch/fleet.ts'
import type { Reply } from '../channel.ts'
import type { McpUpstreams } from '../upstreams.ts'
import { type Hearer, Subscriptions } from './subscriptions.ts'

const GITHUB = serverId(1)
const NONE: Reply = { error: { code: -32_602, message: 'no such' } }

function start() {
  const fleet = new Fleet()
  const member = fleet.put(offering(1, { name: 'github' }))
  const asked: string[] = []
  let held: Promise<unknown> = Promise.resolve()
  const relay: McpUpstreams['relay'] = async (_, { method, params: { uri } }) => {
    asked.push(`${method.replace('resources/', '')} ${uri}`)
    await held
    if (uri === 'unreachable') throw new Error('no way to it')
    return { reply: uri === 'none' ? NONE : { result: {} }, identity: undefined }
  }
  /** From now on the server answers once this is called. */
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    return resolve
  }
  const watched: McpUpstreams['watched'] = new Map()
  const part = { tools: new Map(), otherTools: true, prompts: true, resources: true }
  /** Of callers that may not, or not any more, read the resources of the server. */
  const excluded = new Set<number>()
  const scopes: Pick<Scopes, 'partOf'> = {
    partOf: (_id, _endpoint, { tokenId }) => ({ ...part, resources: !excluded.has(tokenId) }),
  }
  const subscriptions = new Subscriptions({ fleet, scopes, upstreams: { relay, watched } })
  const told = (uri: string) => subscriptions.heard(GITHUB, 'notifications/resources/updated', { uri })
  const kept = () => [...(watched.get(GITHUB)?.keys() ?? [])]
  /** The server refuses in a later session what it agreed to. */
  const refuse = (uri: string) => watched.get(GITHUB)?.get(uri)?.()
  const subscribe = (uri: string, hearer: Hearer, signal = FOREVER) =>
    subscriptions.subscribe({ member, uri }, hearer, signal)
  return { excluded, subscriptions, fleet, member, asked, told, kept, refuse, hold, subscribe }
}

function hearer(tokenId = 1): Hearer & { readonly heard: unknown[] } {
  const heard: unknown[] = []
  const caller = { tokenId, limit: undefined, pace: new CallPace() }
  const endpoint = { path: '/mcp', server: undefined, collection: undefined }
  return {
    heard,
    caller,
    endpoint,
    hear: (server, _, { uri }) => heard.push(`${server} ${uri}`),
    lose: (server, uri) => heard.push(`${server} ${uri} no more`),
  }
}

test('a server is asked once for all who want to hear, and told when the last has left', async () => {
  const { subscriptions, asked, told, kept, subscribe } = start()
  const [one, two, other] = [hearer(), hearer(), hearer()]
  await subscribe('a', one)
  await subscribe('a', two)
  await subscribe('b', other)
  told('a')
  expect([one.heard, two.heard, other.heard]).toEqual([['github a'], ['github a'], []])
  expect(subscriptions.unsubscribe(GITHUB, 'a', one)).toBe(true)
  await settle()
  expect(asked).toEqual(['subscribe a', 'subscribe b'])
  subscriptions.leave(two)
  expect(kept()).toEqual(['b'])
  await settle()
  expect(asked).toEqual(['subscribe a', 'subscribe b', 'unsubscribe a'])
  told('a')
  expect(two.heard).toHaveLength(1)
})

test('who asks while the server is asked already gets the same answer', async () => {
  const { subscriptions, member, asked, told, hold, subscribe } = start()
  const [one, two] = [hearer(), hearer()]
  const release = hold()
  const both = [subscribe('none', one), subscriptions.open([{ member, uri: 'none' }], two)]
  await settle()
  release()
  expect(await Promise.all(both)).toEqual([{ reply: NONE, identity: undefined }, []])
  expect(asked).toEqual(['subscribe none'])
  told('none')
  expect([one.heard, two.heard]).toEqual([[], []])
})

test.each(['none', 'unreachable'])('what is not heard of is not kept: %s', async (uri) => {
  const { subscriptions, kept, subscribe } = start()
  const one = hearer()
  await subscribe(uri, one).catch(() => {})
  expect([kept(), subscriptions.countOf(one)]).toEqual([[], 0])
  await subscribe('a', one)
  expect([kept(), subscriptions.countOf(one)]).toEqual([['a'], 1])
})

test('who gives up leaves the rest their answer, and the last one nothing at the server', async () => {
  const { asked, kept, hold, subscribe } = start()
  const [one, two] = [new AbortController(), new AbortController()]
  const release = hold()
  const asking = [subscribe('a', hearer(), one.signal), subscribe('a', hearer(), two.signal)]
  one.abort(new Error('left'))
  await expect(asking[0]).rejects.toThrow('left')
  expect(kept()).toEqual(['a'])
  two.abort(new Error('left too'))
  await expect(asking[1]).rejects.toThrow('left too')
  expect(kept()).toEqual([])
  release()
  await settle()
  expect(asked).toEqual(['subscribe a', 'unsubscribe a'])
})

test('who comes back while the server is told otherwise is asked for after that', async () => {
  const { subscriptions, asked, told, kept, hold, subscribe } = start()
  const one = hearer()
  await subscribe('a', one)
  const release = hold()
  subscriptions.leave(one)
  const again = subscribe('a', one)
  await settle()
  expect(asked).toEqual(['subscribe a', 'unsubscribe a'])
  release()
  expect((await again).reply).toEqual({ result: {} })
  expect([asked.at(-1), kept()]).toEqual(['subscribe a', ['a']])
  told('a')
  expect(one.heard).toEqual(['github a'])
})

test('what one server cannot be asked again for is refused in words', async () => {
  const { kept, subscribe } = start()
  const one = hearer()
  await Promise.all(Array.from({ length: 2_000 }, (_, n) => subscribe(`r${n}`, one)))
  expect((await subscribe('more', one)).reply).toMatchObject({ error: { message: expect.stringContaining('2000') } })
  expect(kept()).toHaveLength(2_000)
  expect((await subscribe('r7', hearer())).reply).toEqual({ result: {} })
})

test('a server that is not to be contacted is not told who left, and is not asked again', async () => {
  const { subscriptions, fleet, member, asked, kept, subscribe } = start()
  const one = hearer()
  await subscribe('a', one)
  fleet.put({ ...member, state: DISABLED })
  subscriptions.leave(one)
  await settle()
  expect([asked, kept()]).toEqual([['subscribe a'], []])
})

test('of a server that is gone nothing is kept', async () => {
  const { subscriptions, fleet, kept, subscribe } = start()
  const one = hearer()
  await subscribe('a', one)
  subscriptions.forget(GITHUB)
  fleet.remove(GITHUB)
  expect([kept(), subscriptions.countOf(one)]).toEqual([[], 0])
})

test('what a server refuses, or cannot be asked now, is not promised', async () => {
  const { subscriptions, member, asked } = start()
  const off = offering(2, { state: DISABLED })
  const wanted = ['a', 'none', 'unreachable'].map((uri) => ({ member, uri }))
  expect(await subscriptions.open([...wanted, { member: off, uri: 'a' }], hearer())).toEqual([{ member, uri: 'a' }])
  expect(asked).toEqual(['subscribe a', 'subscribe none', 'subscribe unreachable'])
})

test('what is below a resource is told to those who subscribed to that, once each, and nobody beside', async () => {
  const { told, subscribe } = start()
  const [tree, leaf, beside] = [hearer(), hearer(), hearer()]
  for (const uri of ['note://a', 'note://a/', 'file:///dir/']) await subscribe(uri, tree)
  await subscribe('note://a/b', leaf)
  for (const uri of ['note://a/b/c', 'note://ab', 'note://a/b-c']) await subscribe(uri, beside)
  const uris = ['note://a/b', 'note://a?line=1', 'note://a#top', 'file:///dir/x/y', 'file:///directory']
  for (const uri of uris) told(uri)
  expect(tree.heard).toEqual(uris.slice(0, -1).map((uri) => `github ${uri}`))
  expect(leaf.heard).toEqual(['github note://a/b'])
  expect(beside.heard).toEqual([])
})

test('what is no update of a resource is nobody’s', async () => {
  const { subscriptions, subscribe } = start()
  const one = hearer()
  await subscribe('a', one)
  subscriptions.heard(GITHUB, 'notifications/message', { uri: 'a' })
  subscriptions.heard(GITHUB, 'notifications/resources/updated', {})
  expect(one.heard).toEqual([])
})

test('what a server agreed to and refuses later is said to who heard it, and is asked for again by who wants it', async () => {
  const { subscriptions, asked, told, kept, refuse, subscribe } = start()
  const [one, other] = [hearer(), hearer()]
  for (const uri of ['a', 'b']) await subscribe(uri, one)
  await subscribe('b', other)
  refuse('a')
  await settle()
  expect([one.heard, other.heard, kept()]).toEqual([['github a no more'], [], ['b']])
  expect([subscriptions.countOf(one), subscriptions.holds(GITHUB, 'a', one)]).toEqual([1, false])
  await subscribe('a', one)
  expect(asked).toEqual(['subscribe a', 'subscribe b', 'subscribe a'])
  told('a')
  expect(one.heard.at(-1)).toBe('github a')
})

test('what is refused to who asks just now is said once', async () => {
  const { refuse, hold, subscribe } = start()
  const one = hearer()
  const release = hold()
  const asking = subscribe('none', one)
  refuse('none')
  release()
  expect((await asking).reply).toEqual(NONE)
  await settle()
  expect(one.heard).toEqual([])
})

test('who may not read the resources of a server any more hears nothing of them', async () => {
  const { excluded, told, subscribe } = start()
  const [one, other] = [hearer(1), hearer(2)]
  await subscribe('a', one)
  await subscribe('a', other)
  excluded.add(1)
  told('a')
  expect([one.heard, other.heard]).toEqual([[], ['github a']])
})
