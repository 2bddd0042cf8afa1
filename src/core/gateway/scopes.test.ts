import { expect, test } from 'vitest'
import { aCollection } from '../../../test/support/collections.ts'
import { serverId } from '../ids.ts'
import { EVERYTHING, partOf } from './scope.ts'
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
