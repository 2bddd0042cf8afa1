import { expect, test } from 'vitest'
import { aCollection, choice } from '../../../test/support/collections.ts'
import { collectionId, serverId } from '../ids.ts'
import { EVERYTHING, isToolOn, partOf, scopeOfCollection, scopeOfLimit } from './scope.ts'

const github = serverId(1)
const files = serverId(2)
const issues = aCollection(1, 'issues', [
  {
    serverId: github,
    tools: new Map([
      ['search', choice({ name: 'find', description: 'Finds issues' })],
      ['delete', choice({ on: false, name: 'remove' })],
    ]),
    otherTools: true,
    prompts: false,
  },
])
const readers = aCollection(2, 'readers', [
  { serverId: github, tools: new Map([['delete', choice({})]]), otherTools: false, resources: false },
  { serverId: files, tools: new Map([['read', choice({ name: 'open' })]]), otherTools: false },
])
const find = (id: number) => [issues, readers].find((collection) => collection.id === id)

test('without a limit every server may be used whole', () => {
  const part = partOf(EVERYTHING, serverId(99))
  expect(part && [isToolOn(part, 'anything'), part.prompts, part.resources]).toEqual([true, true, true])
})

test('a collection offers its servers and nothing of others', () => {
  const scope = scopeOfCollection(issues)
  expect(partOf(scope, files)).toBeUndefined()
  const part = partOf(scope, github)
  expect(part && [isToolOn(part, 'search'), isToolOn(part, 'delete'), isToolOn(part, 'added-later')]).toEqual([
    true,
    false,
    true,
  ])
  expect([part?.prompts, part?.resources]).toEqual([false, true])
})

test('tools that a collection does not name stay off when it says so', () => {
  const part = partOf(scopeOfCollection(readers), files)
  expect(part && [isToolOn(part, 'read'), isToolOn(part, 'write')]).toEqual([true, false])
})

test('a tool is found by the name given to it, unless it is off', () => {
  const { renamed } = scopeOfCollection(issues)
  expect([...renamed]).toEqual([['find', { serverId: github, tool: 'search' }]])
})

test('a limit leaves what any of its servers and collections allows, under the own names', () => {
  const scope = scopeOfLimit({ servers: [], collections: [issues.id, readers.id] }, find)
  const part = partOf(scope, github)
  expect(part && [isToolOn(part, 'delete'), isToolOn(part, 'other'), part.prompts, part.resources]).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(part?.tools.get('search')?.name).toBeUndefined()
  expect([...scope.renamed]).toEqual([])
})

test('what only a collection allows of a server stays as narrow as there', () => {
  const part = partOf(scopeOfLimit({ servers: [], collections: [readers.id] }, find), github)
  expect(part && [isToolOn(part, 'delete'), isToolOn(part, 'search'), part.prompts, part.resources]).toEqual([
    true,
    false,
    true,
    false,
  ])
  const other = partOf(scopeOfLimit({ servers: [], collections: [issues.id] }, find), github)
  expect(other && isToolOn(other, 'delete')).toBe(false)
})

test('a server that the limit names is whole, whatever a collection leaves of it', () => {
  const part = partOf(scopeOfLimit({ servers: [files], collections: [readers.id] }, find), files)
  expect(part && isToolOn(part, 'write')).toBe(true)
})

test('a limit to what is gone leaves nothing', () => {
  const scope = scopeOfLimit({ servers: [], collections: [collectionId(77)] }, find)
  expect(scope.parts?.size).toBe(0)
})
