import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventStreamParser } from './event-stream.ts'

const parse = (...pieces: readonly string[]) => {
  const parser = new EventStreamParser()
  return pieces.flatMap((piece) => parser.push(Buffer.from(piece)))
}

test('an event has a type and the joined lines of its data', () => {
  expect(parse('event: endpoint\ndata: /a\ndata:b\n\n: comment\nid: 1\ndata\n\n\n')).toEqual([
    { type: 'endpoint', data: '/a\nb' },
    { type: 'message', data: '' },
  ])
})

test('the last id is that of an event that has happened, and a time to wait is a number', () => {
  const parser = new EventStreamParser()
  parser.push(Buffer.from('id: 1\nretry: 500\ndata:\n\nretry: soon\ndata: 2\n\nid: 3\ndata: 3\n'))
  expect([parser.lastId, parser.retryMs]).toEqual(['1', 500])
  parser.push(Buffer.from('\n'))
  expect(parser.lastId).toBe('3')
})

test('an event without an empty line at its end has not happened', () => {
  expect(parse('data: 1\n\ndata: 2\n')).toEqual([{ type: 'message', data: '1' }])
})

test('however the bytes are cut and the lines ended, the events are the same', () => {
  const texts = fc.array(
    fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replace(/[\r\n]/g, ' ').trim()),
    {
      maxLength: 5,
    },
  )
  fc.assert(
    fc.property(texts, fc.constantFrom('\n', '\r\n', '\r'), fc.integer({ min: 1, max: 7 }), (data, eol, size) => {
      const bytes = Buffer.from(data.map((text) => `data: ${text}${eol}${eol}`).join(''))
      const parser = new EventStreamParser()
      const seen: string[] = []
      for (let at = 0; at < bytes.length; ) {
        seen.push(...parser.push(bytes.subarray(at, at + size)).map((event) => event.data))
        at += size
      }
      expect(seen).toEqual(data.map((text) => Buffer.from(text).toString()))
      expect(parser.pendingBytes).toBe(0)
    }),
  )
})

test('bytes of an unfinished event are counted', () => {
  const parser = new EventStreamParser()
  parser.push(Buffer.from('data: 12345\ndata: 6'))
  expect(parser.pendingBytes).toBe('data: 12345data: 6'.length)
})
