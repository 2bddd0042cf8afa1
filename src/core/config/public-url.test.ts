import { expect, test } from 'vitest'
import { isMaskedUrl, publicUrl, urlOrigin, urlSecret } from './public-url.ts'

test.each([
  ['https://host/mcp', 'https://host/mcp'],
  ['http://127.0.0.1:9001', 'http://127.0.0.1:9001'],
  ['https://user:hunter2@host/mcp', 'https://***@host/mcp'],
  ['https:\\\\user:hunter2@host/mcp', 'https://***@host/mcp'],
  ['https:user:hunter2@host', 'https://***@host/'],
  ['https://host/mcp?api_key=hunter2&page=2', 'https://host/mcp?api_key=***&page=2'],
  ['https://host/mcp?%61pi_key=hunter2', 'https://host/mcp?%61pi_key=***'],
  ['https://host/mcp?q=ghp0123456789abcdefghij', 'https://host/mcp?q=***'],
  ['https://host/mcp?ghp0123456789abcdefghij', 'https://host/mcp?***'],
  ['https://host/mcp#token=hunter2', 'https://host/mcp'],
  ['https://host/mcp?token=${env:TOKEN}', 'https://host/mcp?token=${env:TOKEN}'],
  ['https://host/mcp?token=${env:TOKEN:-hunter2}', 'https://host/mcp?token=***'],
  ['https://${env:USERINFO}@host/mcp', 'https://${env:USERINFO}@host/mcp'],
  ['https://${env:HOST}/mcp?key=hunter2', 'https://${env:HOST}/mcp?key=***'],
  ['${env:BASE:-https://host}/mcp', '${env:BASE:-https://host}/mcp'],
  ['${env:BASE:-https://u:hunter2@host}/mcp?key=hunter2', '${env:BASE:-https://***@host/}/mcp?key=***'],
  ['not a url with hunter2', '***'],
])('%s is shown as %s', (text, shown) => {
  expect(publicUrl(text)).toBe(shown)
  expect(`${urlSecret(text)}`).toBe(shown)
  expect(shown).not.toContain('hunter2')
})

test('what is shown can be told from what was written', () => {
  expect(isMaskedUrl('https://***@host/')).toBe(true)
  expect(isMaskedUrl('https://host/?key=***')).toBe(true)
  expect(isMaskedUrl('https://host/?key=1&q=a')).toBe(false)
})

test('an origin keeps the references in it', () => {
  expect(urlOrigin('https://HOST:443/mcp')).toBe('https://host')
  expect(urlOrigin('https://${env:A}/mcp')).toBe('https://${env:A}')
  expect(urlOrigin('https://${env:B}/mcp')).not.toBe(urlOrigin('https://${env:A}/mcp'))
  expect(urlOrigin('nothing')).toBeUndefined()
})
