import { expect, test } from 'vitest'
import { aServerView } from '../../../test/support/wire-samples.ts'
import type { ServerView } from '../../api/server-view.ts'
import { arranged, type Item, inHeldOrder, serversOf } from './server-order.ts'
import type { ServersSearch } from './servers-search.ts'

const FLEET = [
  aServerView(1, { name: 'mail-10', response_time_ms: 5, tool_count: 2 }),
  aServerView(2, { name: 'mail-9', health_status: 'disconnected', description: 'Sends post' }),
  aServerView(3, { name: 'docs', response_time_ms: 50, health_status: 'unhealthy' }),
]
const ids = (items: readonly Item[]) => serversOf(items).map(({ id }) => id)
const found = (search: ServersSearch) => ids(arranged(FLEET, search))
const byId = (...servers: readonly ServerView[]) => new Map(servers.map((server) => [server.id, server]))

test('servers stand by name, numbers in it by their value, unless told otherwise', () => {
  expect(found({})).toEqual([3, 2, 1])
  expect(found({ sort: '-name' })).toEqual([1, 2, 3])
  expect(found({ sort: 'status' })).toEqual([2, 3, 1])
})

test('what is not known stands last in either direction', () => {
  expect(found({ sort: 'latency' })).toEqual([1, 3, 2])
  expect(found({ sort: '-latency' })).toEqual([3, 1, 2])
})

test('a search looks into names and descriptions, whatever the case, and only at the statuses asked for', () => {
  expect(found({ q: 'POST' })).toEqual([2])
  expect(found({ q: 'mail', status: 'healthy,unhealthy' })).toEqual([1])
})

test('groups stand by urgency, and none is empty', () => {
  const items = arranged(FLEET, { group: 'status' })
  expect(items.map((item) => (item.kind === 'group' ? item.status : item.server.id))).toEqual([
    ...['disconnected', 2, 'unhealthy', 3, 'healthy', 1],
  ])
})

test('rows that are held stay in their place with what they are now, the new ones come last, the deleted go', () => {
  const [first, , third] = FLEET
  if (!first || !third) throw new Error('Too small a fleet')
  const healed = { ...third, health_status: 'healthy' as const }
  const fresh = aServerView(4, { name: 'a', health_status: 'unhealthy' })
  const held = arranged(FLEET, { sort: 'status' })
  const servers = byId(first, healed, fresh)
  const shown = inHeldOrder(held, arranged(servers.values(), { sort: 'status' }), servers)
  expect(ids(shown)).toEqual([3, 1, 4])
  expect(serversOf(shown)[0]?.health_status).toBe('healthy')
})
