import { expect, test } from 'vitest'
import type { Json } from '../capabilities.ts'
import { KEPT_BYTES, keptText } from './call-payload.ts'

const plain = { fields: new Set<string>(), conceal: undefined }
const kept = (value: Json, hiding: Parameters<typeof keptText>[1] = plain) => keptText(value, hiding)

test('what is said is kept as it is', () => {
  const value = { a: [1, 'two', null, { b: true }], ü: '€' }
  expect(kept(value)).toEqual({ text: JSON.stringify(value), truncated: false })
})

test('fields for secrets are hidden at any depth, and counts are not', () => {
  const value = { user: 'a', password: 'p', list: [{ api_key: ['k'], Authorization: 'x' }], max_tokens: 5, card: 1 }
  const fields = new Set(['card'])
  expect(JSON.parse(kept(value, { ...plain, fields }).text)).toEqual({
    ...{ user: 'a', password: '***', max_tokens: 5, card: '***' },
    list: [{ api_key: '***', Authorization: '***' }],
  })
})

test('tokens are hidden within texts, ours and those of servers', () => {
  const conceal = (text: string) => text.replaceAll('server-secret', '***')
  const text = `a omni2_agent_${'x'.repeat(43)} b Bearer abcdefgh.ijk c server-secret d`
  expect(JSON.parse(kept({ text }, { ...plain, conceal }).text)).toEqual({ text: 'a *** b Bearer *** c *** d' })
})

test('fields for secrets are hidden in JSON that is sent as a text, also where that is cut', () => {
  const inner = { user: 'a', password: 'p"q', max_tokens: 5, card: 1, deep: [{ api_key: 'k' }], last_secret: 'z\\' }
  const text = JSON.stringify(inner, undefined, 2)
  const fields = new Set(['card'])
  const shown = {
    user: 'a',
    password: '***',
    max_tokens: 5,
    card: '***',
    deep: [{ api_key: '***' }],
    last_secret: '***',
  }
  expect(JSON.parse(JSON.parse(kept({ text }, { ...plain, fields }).text).text)).toEqual(shown)
  for (const end of [text.length - 3, text.length - 4, text.length - 5]) {
    expect(kept({ text: text.slice(0, end) }).text).not.toContain('z')
  }
})

const HIDDEN = {
  card: { number: [1] },
  credentials: { user: 'zebra', list: ['}', { a: 'zebra' }] },
  access_key: ['zebra'],
  password: 4711,
}
const SHOWN = { card: '***', credentials: '***', access_key: '***', password: '***' }
const cards = { ...plain, fields: new Set(['card']) }

test('lists, objects and numbers are hidden in JSON that is sent as a text as they are elsewhere', () => {
  const value = { user: 'a', ...HIDDEN, has_password: true, tokens: 123, cookie: null }
  const shown = { user: 'a', ...SHOWN, has_password: true, tokens: 123, cookie: null }
  expect(JSON.parse(kept(value, cards).text)).toEqual(shown)
  const text = JSON.stringify(value, undefined, 2)
  expect(JSON.parse(JSON.parse(kept({ text }, cards).text).text)).toEqual(shown)
  const inner = JSON.parse(kept({ text: JSON.stringify({ text }) }, cards).text)
  expect(JSON.parse(JSON.parse(inner.text).text)).toEqual(shown)
})

test('they are hidden in JSON that stands in a text, or is too long or too deep to be read whole', () => {
  const piece = JSON.stringify({ ...HIDDEN, tokens: 123, is_secret: false })
  const shown = JSON.stringify({ ...SHOWN, tokens: 123, is_secret: false })
  expect(JSON.parse(kept({ text: `It is ${piece}, see` }, cards).text)).toEqual({ text: `It is ${shown}, see` })
  const long = `[${piece},"${'x'.repeat(3 * KEPT_BYTES)}"]`
  expect(kept({ text: long }, cards).text).not.toMatch(/zebra|4711/)
  const deep = `${'['.repeat(10_000)}${piece}${']'.repeat(10_000)}`
  expect(kept({ text: deep }, cards).text).not.toMatch(/zebra|4711/)
  for (let end = 0; end < piece.length; end++) {
    expect(kept({ text: piece.slice(0, end) }, cards).text).not.toMatch(/zeb|471/)
  }
})

test('JSON in a text with nothing to hide is kept as it was said', () => {
  const text = '{ "id": 12345678901234567890,\n "tokens": 1.0 }'
  expect(JSON.parse(kept({ text }).text)).toEqual({ text })
  expect(kept({ text: '{"token":["zebra"],"token":null}' }).text).not.toContain('zebra')
})

test.each<[string, Json]>([
  ['a long text', { text: 'x'.repeat(20 * 1024 * 1024) }],
  ['many texts', Array.from({ length: 100_000 }, () => 'ää')],
  ['many numbers', Array.from({ length: 1_000_000 }, () => 1)],
  ['long names', Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}${'k'.repeat(1_000)}`, n]))],
  ['characters of three bytes', { text: '€'.repeat(KEPT_BYTES) }],
])('of %s the beginning is kept, and that there was more', (_, value) => {
  const { text, truncated } = kept(value)
  expect(truncated).toBe(true)
  expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(KEPT_BYTES)
  expect(new TextEncoder().encode(text).length).toBeGreaterThan(KEPT_BYTES / 2)
  expect(text).not.toContain('\ufffd')
})

test('a secret that is cut in two by the limit is still hidden', () => {
  const secret = `omni2_agent_${'x'.repeat(43)}`
  for (const before of [KEPT_BYTES - 60, KEPT_BYTES - 30, KEPT_BYTES - 15]) {
    expect(kept({ text: `${'a '.repeat(before / 2)}${secret} and more` }).text).not.toContain('xxxxxxxx')
  }
})
