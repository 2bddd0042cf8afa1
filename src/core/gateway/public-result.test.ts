import { expect, test } from 'vitest'
import type { JsonObject } from '../capabilities.ts'
import { publicResult } from './public-result.ts'

const text = { type: 'text', text: 'file:///a stays' }
const link = (uri: string) => ({ type: 'resource_link', uri, name: 'a' })
const embedded = (uri: string) => ({ type: 'resource', resource: { uri, text: 'b' } })

test('links and embedded resources of a tool lead back to their server', () => {
  const result = { content: [text, link('file:///a'), embedded('x:y')], structuredContent: { uri: 'as it is' } }
  expect(publicResult('tools/call', result, 'files')).toEqual({
    content: [text, link('omni2://files/file:///a'), embedded('omni2://files/x:y')],
    structuredContent: { uri: 'as it is' },
  })
})

test('so do what was read, and the messages of a prompt', () => {
  const read = { contents: [{ uri: 'file:///a', text: 'c' }], _meta: { uri: 'kept' } }
  expect(publicResult('resources/read', read, 'files')).toEqual({
    contents: [{ uri: 'omni2://files/file:///a', text: 'c' }],
    _meta: { uri: 'kept' },
  })
  const prompt = {
    messages: [
      { role: 'user', content: embedded('x:y') },
      { role: 'user', content: text },
    ],
  }
  expect(publicResult('prompts/get', prompt, 'files')).toEqual({
    messages: [
      { role: 'user', content: embedded('omni2://files/x:y') },
      { role: 'user', content: text },
    ],
  })
})

test('what has another shape than expected passes as it is', () => {
  const odds: JsonObject[] = [{ content: 'text' }, { content: [null, 1, 'a'] }, {}]
  for (const odd of odds) {
    expect(publicResult('tools/call', odd, 'files')).toEqual(odd)
  }
})
