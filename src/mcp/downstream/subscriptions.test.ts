import { expect, test } from 'vitest'
import { settle } from '../../../test/support/fakes.ts'
import { DISABLED, offering } from '../../../test/support/offering.ts'
import { serverId } from '../../core/ids.ts'
import { Fleet } from '../../core/watch/fleet.ts'
import type { McpUpstreams } from '../upstreams.ts'
import { type Hearer, Subscriptions } from './subscriptions.ts'

const GITHUB = serverId(1)

function start() {
  const fleet = new Fleet()
  const member = fleet.put(offering(1, { name: 'github' }))
  const asked: string[] = []
  const relay: McpUpstreams['relay'] = async (_, { method, params }) => {
    asked.push(`${method} ${params.uri}`)
    const reply = params.uri === 'none' ? { error: { code: -32_602, message: 'no such' } } : { result: {} }
    return { reply, identity: undefined }
  }
  const subscriptions = new Subscriptions({ fleet, upstreams: { relay } })
  const told = (uri: string) => subscriptions.heard(GITHUB, 'notifications/resources/updated', { uri })
  return { subscriptions, fleet, member, asked, told }
}

function hearer(shares = true): Hearer & { readonly heard: unknown[] } {
  const heard: unknown[] = []
  return { heard, shares: () => shares, hear: (server, _, { uri }) => heard.push(`${server} ${uri}`) }
}

test('a server is asked once for all who want to hear, and told when the last has left', async () => {
  const { subscriptions, member, asked, told } = start()
  const [one, two, other] = [hearer(), hearer(), hearer()]
  const watched = [{ member, uri: 'a' }]
  expect(await subscriptions.open(watched, one)).toEqual(watched)
  expect(await subscriptions.open(watched, two)).toEqual(watched)
  subscriptions.add(GITHUB, 'b', other)
  told('a')
  expect([one.heard, two.heard, other.heard]).toEqual([['github a'], ['github a'], []])
  subscriptions.leave(one)
  await settle()
  expect(asked).toEqual(['resources/subscribe a'])
  subscriptions.leave(two)
  await settle()
  expect(asked).toEqual(['resources/subscribe a', 'resources/unsubscribe a'])
  told('a')
  expect(two.heard).toHaveLength(1)
})

test('a server that is not to be contacted is not told who left', async () => {
  const { subscriptions, fleet, member, asked } = start()
  const one = hearer()
  await subscriptions.open([{ member, uri: 'a' }], one)
  fleet.put({ ...member, state: DISABLED })
  subscriptions.leave(one)
  await settle()
  expect(asked).toEqual(['resources/subscribe a'])
})

test('what a server refuses, or cannot be asked now, is not promised', async () => {
  const { subscriptions, member, asked } = start()
  const off = offering(2, { state: DISABLED })
  const wanted = ['a', 'none'].map((uri) => ({ member, uri }))
  expect(await subscriptions.open([...wanted, { member: off, uri: 'a' }], hearer())).toEqual([{ member, uri: 'a' }])
  expect(asked).toEqual(['resources/subscribe a', 'resources/subscribe none'])
})

test('who has a connection of its own hears of nothing that others are told, and leaves by itself', async () => {
  const { subscriptions, asked, told } = start()
  const own = hearer(false)
  subscriptions.add(GITHUB, 'a', own)
  told('a')
  expect(own.heard).toEqual([])
  subscriptions.leave(own)
  await settle()
  expect(asked).toEqual([])
})

test('what is no update of a resource is nobody’s', () => {
  const { subscriptions } = start()
  const one = hearer()
  subscriptions.add(GITHUB, 'a', one)
  subscriptions.heard(GITHUB, 'notifications/message', { uri: 'a' })
  subscriptions.heard(GITHUB, 'notifications/resources/updated', {})
  expect(one.heard).toEqual([])
})
