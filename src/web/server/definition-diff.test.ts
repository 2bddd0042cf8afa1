import { expect, test } from 'vitest'
import { definitionDiff } from './definition-diff.ts'

const tool = (description: string, path: unknown = { type: 'string' }) => ({
  ...{ name: 'read', description },
  inputSchema: { type: 'object', properties: { path } },
})

test('only what differs is told, down to the smallest part', () => {
  expect(definitionDiff(tool('Reads'), tool('Reads', { type: 'number' }))).toEqual([
    { path: 'inputSchema.properties.path.type', before: 'string', after: 'number' },
  ])
  expect(definitionDiff(tool('Reads'), tool('Reads'))).toEqual([])
})

test('what is new and what is gone is null on the other side', () => {
  expect(definitionDiff({ a: 1 }, { b: ['x'] })).toEqual([
    { path: 'a', before: '1', after: null },
    { path: 'b', before: null, after: '[\n  "x"\n]' },
  ])
})

test('a list that changed is told as a whole, and so is what became of another kind', () => {
  expect(definitionDiff({ enum: [1, 2] }, { enum: { of: 1 } })).toHaveLength(1)
})
