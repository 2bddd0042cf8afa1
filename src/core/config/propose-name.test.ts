import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isServerName } from './config-rules.ts'
import { proposeName } from './propose-name.ts'

test.each([
  ['My Server!', 'My-Server'],
  ['@scope/server-github', 'scope-server-github'],
  ['a__b', 'a-b'],
  ['a_-b', 'a-b'],
  ['Crème brûlée', 'Creme-brulee'],
  ['日本', 'server'],
  ['__proto__', 'proto'],
  ['x'.repeat(60), 'x'.repeat(48)],
])('%s becomes %s', (wanted, name) => {
  expect(proposeName(wanted, () => false)).toBe(name)
})

test('a taken name gets a number, within the length a name may have', () => {
  const taken = new Set(['a', 'a-2', 'x'.repeat(48)])
  expect(proposeName('a', (name) => taken.has(name))).toBe('a-3')
  expect(proposeName('x'.repeat(48), (name) => taken.has(name))).toBe(`${'x'.repeat(46)}-2`)
})

test('whatever is wanted, what is proposed fits and is free', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (wanted) => {
      const first = proposeName(wanted, () => false)
      const second = proposeName(wanted, (name) => name === first)
      return isServerName(first) && isServerName(second) && first !== second
    }),
  )
})

test('a thousand that want the same name get theirs, each after asking for no name twice', () => {
  const taken = new Set<string>()
  for (let entry = 0; entry < 1_000; entry++) {
    const asked: string[] = []
    const isTaken = (name: string) => asked.push(name) > 0 && taken.has(name)
    taken.add(proposeName('a-'.repeat(90), isTaken))
    expect(asked).toEqual([...taken])
  }
  expect([...taken].every(isServerName)).toBe(true)
})
