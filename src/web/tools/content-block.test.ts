import { expect, test } from 'vitest'
import { byteText, jsonIn, mediaOf } from './content-block.ts'

test('an image is painted from the answer itself', () =>
  expect(mediaOf('aGVsbG8=', 'image/png')).toEqual({ kind: 'image', src: 'data:image/png;base64,aGVsbG8=', bytes: 5 }))

test.each([
  ['text/html', 'aGVsbG8='],
  ['image/png,<script>', 'aGVsbG8='],
  ['image/png', 'aGVsbG8=,<script>'],
  ['image/png', 'A'.repeat(9 * 1024 * 1024)],
])('%s of some data is named and not shown', (mimeType, data) => expect(mediaOf(data, mimeType).kind).toBe('file'))

test('parameters of a media type do not get into the page', () =>
  expect(mediaOf('aGVsbG8=', 'Audio/WAV; rate=8000')).toMatchObject({
    kind: 'audio',
    src: 'data:audio/wav;base64,aGVsbG8=',
  }))

test('a text is JSON when it is an object or a list', () => {
  expect(jsonIn(' {"a":1}')).toEqual({ a: 1 })
  expect(jsonIn('[1')).toBeUndefined()
  expect(jsonIn('42')).toBeUndefined()
})

test('sizes are told as people say them', () =>
  expect([0, 1_023, 1_536, 6 * 1024 ** 2].map(byteText)).toEqual(['0 B', '1023 B', '1.5 KiB', '6.0 MiB']))
