import { expect, test } from 'vitest'
import { etagOf, expectedRevision } from './etag.ts'

test.each([
  [undefined, undefined],
  ['*', undefined],
  [etagOf({ revision: 3 }), 3],
  ['3', 3],
  ['"2", "3"', 3],
  ['"2"', 0],
  ['W/"3"', 0],
  ['', 0],
])('If-Match %j allows revision %j', (header, revision) => {
  expect(expectedRevision(header, 3)).toBe(revision)
})
