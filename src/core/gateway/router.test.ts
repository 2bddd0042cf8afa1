import { expect, test } from 'vitest'
import { aCollection } from '../../../test/support/collections.ts'
import { offering } from '../../../test/support/offering.ts'
import { serverId } from '../ids.ts'
import { Fleet } from '../watch/fleet.ts'
import type { Endpoint, Offer } from './endpoint.ts'
import { Router } from './router.ts'
import { EVERYTHING, scopeOfCollection } from './scope.ts'

const ALL: Endpoint = { path: '/mcp', server: undefined, collection: undefined }
const TWO: Endpoint = { path: '/servers/two/mcp', server: 'two', collection: undefined }
const ONE: Endpoint = { path: '/servers/one/mcp', server: 'one', collection: undefined }

function start({ hidden = false } = {}) {
  const fleet = new Fleet()
  const member = fleet.put(offering(1, { name: 'one', tools: ['t'], prompts: ['p'], templates: ['repo://{name}'] }))
  const router = new Router({ fleet, catalog: { isHidden: () => hidden, nameLimit: 64 } })
  return { router, fleet, member }
}

test('what is completed is what the reference is of, and nothing beside it', () => {
  const { router, member } = start()
  const promptsAlone = scopeOfCollection(
    aCollection(1, 'few', [{ serverId: serverId(1), prompts: true, resources: false }]),
  )
  const few: Offer = { endpoint: ALL, scope: promptsAlone }
  const complete = (offer: Offer, ref: object) => router.route(offer, 'completion/complete', { ref: { ...ref } })
  const prompt = { type: 'ref/prompt', name: 'one__p' }
  const resource = { type: 'ref/resource', uri: 'omni2://one/repo://{name}' }
  expect(complete(few, { ...prompt, uri: 'repo://{name}' })).toEqual({
    member,
    params: { ref: { type: 'ref/prompt', name: 'p' } },
  })
  expect(complete(few, { ...resource, name: 'one__p' })).toHaveProperty('unknown')
  expect(complete(few, { ...prompt, type: 'ref/other' })).toHaveProperty('unknown')
  expect(complete({ endpoint: ALL, scope: EVERYTHING }, { ...resource, name: 'one__p' })).toEqual({
    member,
    params: { ref: { type: 'ref/resource', uri: 'repo://{name}' } },
  })
})

test('what a server wants models to know is for its own endpoint, and for who may use it whole', () => {
  const { router, fleet, member } = start()
  const identity = { era: 'legacy', protocolVersion: '2025-11-25', serverInfo: undefined } as const
  fleet.put({ ...member, identity: { ...identity, instructions: 'Call t.' } })
  fleet.put(offering(2, { name: 'two' }))
  const toolOff = { on: false, name: undefined, description: undefined }
  const part = scopeOfCollection(aCollection(1, 'few', [{ serverId: serverId(1), tools: new Map([['t', toolOff]]) }]))
  expect(router.instructions({ endpoint: ONE, scope: EVERYTHING })).toBe('Call t.')
  expect(router.instructions({ endpoint: ONE, scope: part })).toBeUndefined()
  expect(router.instructions({ endpoint: TWO, scope: EVERYTHING })).toBeUndefined()
  expect(router.instructions({ endpoint: ALL, scope: EVERYTHING })).toBeUndefined()
})

test('a name or URI that is too long to be kept is unknown', () => {
  const { router } = start()
  const offer: Offer = { endpoint: ONE, scope: EVERYTHING }
  for (const [method, key] of [
    ['tools/call', 'name'],
    ['prompts/get', 'name'],
    ['resources/read', 'uri'],
  ] as const) {
    expect(router.route(offer, method, { [key]: 'x'.repeat(8_192) })).toHaveProperty('member')
    expect(router.route(offer, method, { [key]: 'x'.repeat(8_193) })).toHaveProperty('unknown')
  }
})

test('what is hidden where servers are put together is there at its own endpoint', () => {
  const { router } = start({ hidden: true })
  expect(router.sources({ endpoint: ALL, scope: EVERYTHING })).toEqual([])
  expect(router.sources({ endpoint: ONE, scope: EVERYTHING })).toHaveLength(1)
})
