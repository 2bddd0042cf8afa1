import { expect, test } from 'vitest'
import { canonicalJson, sha256 } from './canonical.ts'
import { concealing, concealList, concealReply } from './conceal.ts'
import { concealer } from './redaction.ts'

const TOKEN = 'tok-1a2b3c4d5e6f7a8b'
const conceal = concealer([TOKEN]) ?? expect.fail('looks like no credential')

test.each([
  '3000',
  'true',
  'production-in-europe',
  '/srv/files/2024/reports',
  './data/2024/everything',
  'blue team 2024 west',
])('the ordinary value %s is left in what an upstream sends', (value) => {
  expect(concealer([value])).toBeUndefined()
})

test('a result tells no credential, in whatever depth and key', () => {
  const result = {
    content: [{ type: 'text', text: `with ${TOKEN}.` }],
    structuredContent: { [TOKEN]: [1, null, TOKEN] },
  }
  expect(concealReply({ result }, conceal)).toEqual({
    result: { content: [{ type: 'text', text: 'with ***.' }], structuredContent: { '***': [1, null, '***'] } },
  })
  expect(concealReply({ error: { code: 1, message: TOKEN, data: { is: TOKEN } } }, conceal)).toEqual({
    error: { code: 1, message: '***', data: { is: '***' } },
  })
})

test('a tool named after a credential is left out, and descriptions are kept without it', () => {
  const tool = (name: string) => ({ name, hash: name, definition: { name, description: `Sends ${TOKEN}` } })
  const shown = { name: 'plain', description: 'Sends ***' }
  expect(concealList('tool', { items: [tool('plain'), tool(`x-${TOKEN}`)], dropped: [] }, conceal)).toEqual({
    items: [{ name: 'plain', hash: sha256(canonicalJson(shown)), definition: shown }],
    dropped: [{ kind: 'tool', name: 'x-***', reason: 'has a credential of this server in its name' }],
  })
})

test('what a server says and asks on the way tells no credential either', () => {
  const heard: string[] = []
  const note = (...what: unknown[]) => heard.push(JSON.stringify(what))
  const hears = concealing({ progressToken: 7, notified: note, asked: (...what) => note(...what) > 0 }, conceal)
  hears.notified('notifications/progress', { progressToken: 7, message: `sent ${TOKEN}` })
  expect(hears.asked(1, 'elicitation/create', { message: `is it ${TOKEN}?` })).toBe(true)
  expect(heard).toHaveLength(2)
  expect(heard.join()).not.toContain(TOKEN)
  expect(hears.progressToken).toBe(7)
})
