import fc from 'fast-check'
import { expect, test } from 'vitest'
import { originalName, publicName, splitName, USUAL_NAME_LIMIT } from './public-name.ts'

const serverName = fc.stringMatching(/^[A-Za-z0-9](?:[.-]?[A-Za-z0-9]|_[A-Za-z0-9]){0,23}$/)
const toolName = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_.-]{1,128}$/), fc.string({ minLength: 1, maxLength: 200 }))
const nameLimit = fc.integer({ min: USUAL_NAME_LIMIT, max: 128 })

test('a name of usual length keeps its words', () => {
  expect(publicName('github', 'create_issue', 64)).toBe('github__create_issue')
  expect(splitName('github____init__')).toEqual({ server: 'github', name: '__init__' })
  expect(splitName('create_issue')).toBeUndefined()
  expect(splitName('__init__')).toBeUndefined()
})

test('a long name ends in a hash that never changes', () => {
  const long = publicName('github', 'x'.repeat(100), 64)
  expect(long).toBe(`github__${'x'.repeat(45)}_rhbdhey39f`)
  expect(publicName('github', 'x'.repeat(100), 128)).toBe(`github__${'x'.repeat(100)}`)
})

test('every public name is one that clients accept, and leads back to its server and tool', () => {
  fc.assert(
    fc.property(
      serverName,
      fc.uniqueArray(toolName, { minLength: 1, maxLength: 20 }),
      nameLimit,
      (server, names, limit) => {
        for (const name of names) {
          const shown = publicName(server, name, limit)
          expect(shown).toMatch(/^[A-Za-z0-9_.-]+$/)
          expect(shown.length).toBeLessThanOrEqual(limit)
          const parts = splitName(shown)
          expect(parts?.server).toBe(server)
          expect(originalName(server, parts?.name ?? '', names, limit)).toBe(name)
        }
      },
    ),
  )
})

test('different tools of a server have different public names', () => {
  fc.assert(
    fc.property(serverName, fc.uniqueArray(toolName, { maxLength: 50 }), (server, names) => {
      expect(new Set(names.map((name) => publicName(server, name, 64))).size).toBe(names.length)
    }),
  )
})
