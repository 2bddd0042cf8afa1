import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aCollection, choice } from '../../../test/support/collections.ts'
import { DISABLED, offering } from '../../../test/support/offering.ts'
import type { Endpoint, Offer } from '../../core/gateway/endpoint.ts'
import { LIST_KINDS } from '../../core/gateway/offered.ts'
import { Router } from '../../core/gateway/router.ts'
import { EVERYTHING, scopeOfCollection } from '../../core/gateway/scope.ts'
import { serverId } from '../../core/ids.ts'
import { Fleet } from '../../core/watch/fleet.ts'
import { Lists } from './lists.ts'

const catalog = { isHidden: () => false, nameLimit: 64 }

const ALL: Endpoint = { path: '/mcp', server: undefined, collection: undefined }

const endpointOf = (server: string): Endpoint => ({ ...ALL, path: `/servers/${server}/mcp`, server })

const aScope = fc
  .record({ off: fc.boolean(), name: fc.constantFrom(undefined, 'find'), otherTools: fc.boolean() })
  .map(({ off, name, otherTools }) => {
    const tools = new Map([['a', choice({ on: !off, name, description: name && 'As told here' })]])
    const chosen = { serverId: serverId(1), tools, otherTools, prompts: off }
    return scopeOfCollection(aCollection(1, 'one', [chosen, { serverId: serverId(2) }]))
  })

const LONG = 'c'.repeat(100)
const items = fc.uniqueArray(fc.constantFrom('a', 'a:2', 'b', LONG), { selector: (item) => item[0] })
const aStep = fc.oneof(
  fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    name: fc.constantFrom('one', 'two', 'three'),
    tools: items,
    prompts: items,
    resources: items,
    templates: items,
    isDisabled: fc.boolean(),
  }),
  fc.record({ gone: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ scope: aScope }),
  fc.record({ nameLimit: fc.constantFrom(64, 128) }),
  fc.record({ hidden: fc.integer({ min: 1, max: 3 }) }),
)

test('a list that was kept is always the one that would be made now', () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 20 }), (steps) => {
      const fleet = new Fleet()
      const hidden = new Set<number>()
      const catalog = { isHidden: (id: number) => hidden.has(id), nameLimit: 64 }
      const router = new Router({ fleet, catalog })
      const lists = new Lists(router)
      const scopes = [EVERYTHING]
      for (const step of steps) {
        if ('scope' in step) scopes.push(step.scope)
        else if ('nameLimit' in step) Object.assign(catalog, step)
        else if ('hidden' in step) hidden[hidden.has(step.hidden) ? 'delete' : 'add'](step.hidden)
        else if ('gone' in step) fleet.remove(serverId(step.gone))
        else if (fleet.byName(step.name) === undefined || fleet.byName(step.name)?.server.id === step.id) {
          fleet.put(offering(step.id, { ...step, ...(step.isDisabled && { state: DISABLED }) }))
        }
        const endpoints = [ALL, ...[...fleet.all()].map(({ server }) => endpointOf(server.config.name))]
        for (const scope of scopes) {
          for (const endpoint of endpoints) {
            for (const kind of LIST_KINDS) {
              const page = (of: Lists) => of.page({ endpoint, scope }, kind, undefined).toString()
              expect(page(lists)).toBe(page(new Lists(router)))
            }
          }
        }
      }
    }),
  )
})

const many = (count: number) => offering(1, { tools: Array.from({ length: count }, (_, at) => `tool-${at}`) })

test('a server that took the name of another has its own choice of tools', () => {
  const tools = new Map([['a', choice({ on: false })]])
  const scope = scopeOfCollection(aCollection(1, 'one', [{ serverId: serverId(1), tools }, { serverId: serverId(2) }]))
  const fleet = new Fleet()
  const lists = new Lists(new Router({ fleet, catalog }))
  const list = () => lists.page({ endpoint: ALL, scope }, 'tools', undefined).toString()
  fleet.put(offering(1, { name: 'one', tools: ['a'] }))
  expect(list()).toBe('"tools":[]')
  fleet.remove(serverId(1))
  fleet.put(offering(2, { name: 'one', tools: ['a'] }))
  expect(list()).toContain('one__a')
})

test('a list is serialised once until a server that is in it changes', () => {
  const fleet = new Fleet()
  fleet.put(many(3))
  fleet.put(offering(2, { state: DISABLED }))
  const lists = new Lists(new Router({ fleet, catalog }))
  const offer: Offer = { endpoint: ALL, scope: EVERYTHING }
  const page = lists.page(offer, 'tools', undefined)
  fleet.put({ ...fleet.get(serverId(1)) })
  fleet.put(offering(2, { tools: ['a'], state: DISABLED }))
  expect(lists.page(offer, 'tools', undefined)).toBe(page)
  fleet.put(offering(2, { tools: ['a'] }))
  expect(lists.page(offer, 'tools', undefined)).not.toBe(page)
})

test('a long list comes in pages, and a cursor of no page is refused', () => {
  const fleet = new Fleet()
  fleet.put(many(2_001))
  const lists = new Lists(new Router({ fleet, catalog }))
  const read = (cursor?: string) =>
    JSON.parse(`{${lists.page({ endpoint: ALL, scope: EVERYTHING }, 'tools', cursor)}}`) as {
      tools: { name: string }[]
      nextCursor?: string
    }
  const first = read()
  const second = read(first.nextCursor)
  const last = read(second.nextCursor)
  expect([first.tools.length, second.tools.length, last.tools.length, last.nextCursor]).toEqual([
    1_000,
    1_000,
    1,
    undefined,
  ])
  expect(last.tools[0]?.name).toBe('server-1__tool-2000')
  for (const cursor of ['0', '1', '3000', '-1', 'x']) expect(() => read(cursor)).toThrow('The cursor is not one')
})

test('lists that are not asked for give way when all of them take too much', () => {
  const fleet = new Fleet()
  fleet.put(offering(1, { tools: [`long:${'x'.repeat(2_000_000)}`] }))
  const lists = new Lists(new Router({ fleet, catalog }))
  const offerOf = (): Offer => ({ endpoint: ALL, scope: { ...EVERYTHING } })
  const [mine, ...others] = Array.from({ length: 20 }, offerOf)
  if (mine === undefined) throw new Error('none')
  const page = lists.page(mine, 'tools', undefined)
  for (const other of others.slice(0, 10)) lists.page(other, 'tools', undefined)
  expect(lists.page(mine, 'tools', undefined)).toBe(page)
  for (const other of others) lists.page(other, 'tools', undefined)
  expect(lists.page(mine, 'tools', undefined)).not.toBe(page)
  expect(lists.page(mine, 'tools', undefined)).toEqual(page)
})
