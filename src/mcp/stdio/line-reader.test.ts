import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineReader } from './line-reader.ts'

const tooLong = () => new Error('too long')
const readAll = (chunks: readonly Buffer[], maxBytes: number): string[] => {
  const reader = new LineReader()
  return chunks.flatMap((chunk) => [...reader.push(chunk, () => maxBytes, tooLong)])
}

test('lines come out whole, however the bytes are cut', () => {
  const lines = fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')))
  fc.assert(
    fc.property(lines, fc.array(fc.nat(200), { maxLength: 10 }), (texts, cuts) => {
      const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''))
      const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
      const chunks = edges.slice(1).map((end, at) => bytes.subarray(edges[at], end))
      expect(readAll(chunks, 10_000)).toEqual(texts.map((text) => Buffer.from(text).toString()))
    }),
    { numRuns: 50 },
  )
})
test('a line may have `maxBytes` and no more, whether it ends or not', () => {
  expect(readAll([Buffer.from('1234\n'), Buffer.from('12'), Buffer.from('34\n')], 4)).toEqual(['1234', '1234'])
  expect(() => readAll([Buffer.from('12345\n')], 4)).toThrow('too long')
  expect(() => readAll([Buffer.from('123'), Buffer.from('45')], 4)).toThrow('too long')
  expect(() => readAll([Buffer.from('123'), Buffer.from('45\n')], 4)).toThrow('too long')
})
test('a million single bytes cost about their length', () => {
  const reader = new LineReader()
  const byte = Buffer.from('x')
  for (let count = 0; count < 1_000_000; count++) for (const _ of reader.push(byte, () => 2_000_000, tooLong));
  expect([...reader.push(Buffer.from('\n'), () => 2_000_000, tooLong)][0]?.length).toBe(1_000_000)
})
test('of a line that is cut both ends come, and the next one is whole', () => {
  const reader = new LineReader()
  const push = (text: string) => {
    const lines: { line: string; cut: boolean }[] = []
    for (const line of reader.push(Buffer.from(text), () => 100_000, tooLong)) lines.push({ line, cut: reader.wasCut })
    return lines
  }
  push(`head${'x'.repeat(30_000)}`)
  reader.cut()
  expect(reader.pendingBytes).toBe(400)
  push('y'.repeat(60_000))
  const [first, ...others] = push('tail\nwhole\n')
  expect(first).toMatchObject({ line: expect.stringMatching(/^headx+y+tail$/), cut: true })
  expect(first?.line.length).toBeLessThan(1_000)
  expect(others).toEqual([{ line: 'whole', cut: false }])
  push('z'.repeat(60_000))
  reader.cut()
  expect(() => push('z'.repeat(60_000))).toThrow('too long')
})
