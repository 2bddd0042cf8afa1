import { expect, test } from 'vitest'
import { resultText } from './tool-result.ts'

test('texts are shown as they are, one after the other', () => {
  const content = [
    { type: 'text', text: 'one\ntwo' },
    { type: 'text', text: 'three' },
  ]
  expect(resultText({ content })).toEqual({ text: 'one\ntwo\nthree', isError: false })
})

test('what is no text is named with its size', () => {
  const content = [
    { type: 'image', data: 'A'.repeat(4_096), mimeType: 'image/png' },
    { type: 'resource_link', uri: 'file:///a', name: 'a' },
    { type: 'resource', resource: { uri: 'file:///b', text: 'inside' } },
  ]
  expect(resultText({ content }).text.split('\n')).toEqual([
    '[image image/png, 3 KiB]',
    '[resource a file:///a]',
    'inside',
  ])
})

test('structured content stands in for texts that are not there', () => {
  expect(resultText({ content: [], structuredContent: { sum: 3 } }).text).toBe('{\n  "sum": 3\n}')
  expect(resultText({ content: [{ type: 'text', text: '3' }], structuredContent: { sum: 3 } }).text).toBe('3')
})

test('a kind of content this version does not know is shown as JSON', () => {
  expect(resultText({ content: [{ type: 'hologram', x: 1 }] }).text).toContain('"hologram"')
})

test('an error of the tool is told apart, and nothing at all is said so', () => {
  expect(resultText({ content: [{ type: 'text', text: 'no' }], isError: true })).toEqual({ text: 'no', isError: true })
  expect(resultText({}).text).toBe('(the tool answered nothing)')
})

test('what is no result of a tool is shown whole', () => {
  expect(resultText({ content: 'x' })).toEqual({ text: '{\n  "content": "x"\n}', isError: false })
})
