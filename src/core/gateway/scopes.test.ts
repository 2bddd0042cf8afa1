import { expect, test } from 'vitest'
import { aCollection } from '../../../test/support/collections.ts'
import { collectionId, serverId } from '../ids.ts'
import { CallPace } from './call-pace.ts'
import type { ListChange, ToldKind } from './catalog.ts'
import type { Part } from './collection.ts'
import type { Endpoint } from './endpoint.ts'
import { EVERYTHING, partOf, type TokenLimit } from './scope.ts'
import { Scopes } from './scopes.ts'

const one = aCollection(1, 'one', [{ serverId: serverId(1) }])

function bookOf(...kept: (typeof one)[]) {
  return {
    revision: 0,
    kept,
    find(id: number) {
      return this.kept.find((collection) => collection.id === id)
    },
    byName(name: string) {
      return this.kept.find(({ config }) => config.name === name)
    },
  }
}

const limit = () => ({ servers: [serverId(5)], collections: [one.id] })

test('who has no limit gets everything', () => {
  const scopes = new Scopes({ collections: bookOf() })
  expect(scopes.within(undefined)).toBe(EVERYTHING)
})

test('equal limits share one scope until a collection changes', () => {
  const book = bookOf(one)
  const scopes = new Scopes({ collections: book })
  const kept = limit()
  const scope = scopes.within(kept)
  expect(scopes.within(kept)).toBe(scope)
  expect(scopes.within(limit())).toBe(scope)

  book.kept = [aCollection(1, 'one', [{ serverId: serverId(2) }])]
  book.revision += 1
  const changed = scopes.within(kept)
  expect([1, 2, 5].map((id) => partOf(changed, serverId(id)) !== undefined)).toEqual([false, true, true])
})

test('a collection has the same scope until it changes itself', () => {
  const book = bookOf(one)
  const scopes = new Scopes({ collections: book })
  const scope = scopes.ofCollection('one', undefined)
  expect(scope && partOf(scope, serverId(1))).toBeDefined()
  book.revision += 1
  expect(scopes.ofCollection('one', undefined)).toBe(scope)
  book.kept = [aCollection(1, 'one', [])]
  expect(scopes.ofCollection('one', undefined)?.parts?.size).toBe(0)
})

test('a collection that is unknown, or that a limit does not name, is not there', () => {
  const other = aCollection(2, 'other', [])
  const scopes = new Scopes({ collections: bookOf(one, other) })
  expect(scopes.ofCollection('none', undefined)).toBeUndefined()
  expect(scopes.ofCollection('other', limit())).toBeUndefined()
  expect(scopes.ofCollection('one', limit())).toBeDefined()
})

const offering = (id: number, of: Partial<Part>) => [{ serverId: serverId(id), ...of }]
const collection = (id: number) => ({ cause: 'collection', collection: collectionId(id) }) as const
const at = (path: string): Endpoint => {
  const [, kind, name] = path.split('/')
  return { path, server: kind === 'servers' ? name : undefined, collection: kind === 'collections' ? name : undefined }
}
const changed = (kind: ToldKind, name: string, id: number): ListChange => ({
  kind,
  cause: 'servers',
  servers: new Map([[name, serverId(id)]]),
})

test.each<[string, ListChange, string, TokenLimit | undefined, boolean]>([
  ['a server, for who has no limit', changed('tools', 'a', 5), '/mcp', undefined, true],
  ['a server, for who is limited to it', changed('tools', 'a', 5), '/mcp', limit(), true],
  ['a server, for who is limited to others', changed('tools', 'b', 6), '/mcp', limit(), false],
  ['a server, at its endpoint', changed('tools', 'b', 6), '/servers/b/mcp', undefined, true],
  ['a server, at the endpoint of another', changed('tools', 'b', 6), '/servers/a/mcp', undefined, false],
  ['a server of the collection, at its endpoint', changed('tools', 'c', 1), '/collections/one/mcp', undefined, true],
  [
    'another server, at the endpoint of the collection',
    changed('tools', 'a', 5),
    '/collections/one/mcp',
    limit(),
    false,
  ],
  ['prompts that the collection leaves out', changed('prompts', 'c', 1), '/collections/one/mcp', undefined, false],
  ['a server, in a collection that is gone', changed('tools', 'c', 1), '/collections/gone/mcp', undefined, false],
  ['a collection, at its endpoint', { kind: 'tools', ...collection(1) }, '/collections/one/mcp', undefined, true],
  ['another collection', { kind: 'tools', ...collection(2) }, '/collections/one/mcp', undefined, false],
  ['a collection, for who is limited to it', { kind: 'tools', ...collection(1) }, '/mcp', limit(), true],
  ['a collection, for who has no limit', { kind: 'tools', ...collection(1) }, '/mcp', undefined, false],
  ['the length of names', { kind: 'tools', cause: 'name_limit' }, '/mcp', limit(), true],
  [
    'the length of names, where there is one server',
    { kind: 'tools', cause: 'name_limit' },
    '/servers/a/mcp',
    limit(),
    false,
  ],
])('a change of %s concerns it or not', (_what, change, path, limited, isConcerned) => {
  const scopes = new Scopes({ collections: bookOf(aCollection(1, 'one', offering(1, { prompts: false }))) })
  expect(scopes.concerns(change, at(path), { tokenId: 1, limit: limited, pace: new CallPace() })).toBe(isConcerned)
})
