import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineReader } from './line-reader.ts'

const endless = () => new Error('endless')
const readAll = (chunks: readonly Buffer[], maxBytes: number): string[] => {
  const reader = new LineReader()
  return chunks.flatMap((chunk) => [...reader.push(chunk, () => maxBytes, endless)])
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
test.each([
  ['1234\n', [false]],
  ['12345\n', [true]],
  ['1234\n12345\n1234\n', [false, true, false]],
])('of %j those lines are cut that have more than `maxBytes`', (text, cut) => {
  for (const size of [1, 2, text.length]) {
    const reader = new LineReader()
    const found: boolean[] = []
    for (let at = 0; at < text.length; at += size) {
      const chunk = Buffer.from(text.slice(at, at + size))
      for (const _ of reader.push(chunk, () => 4, endless)) found.push(reader.wasCut)
    }
    expect(found).toEqual(cut)
  }
})

test('a line of 16 times as much is taken for endless, whether it ends or not', () => {
  const long = Buffer.alloc(1_000, 'x')
  for (const end of ['', '\n']) {
    const chunks = [...Array.from({ length: 16 }, () => long), Buffer.from(`x${end}`)]
    expect(() => readAll(chunks, 1_000)).toThrow('endless')
  }
})

test('a million single bytes cost about their length', () => {
  const reader = new LineReader()
  const byte = Buffer.from('x')
  for (let count = 0; count < 1_000_000; count++) for (const _ of reader.push(byte, () => 2_000_000, endless));
  expect([...reader.push(Buffer.from('\n'), () => 2_000_000, endless)][0]?.length).toBe(1_000_000)
})
test('of a line that is cut both ends come, and the next one is whole', () => {
  const reader = new LineReader()
  const push = (text: string) => {
    const lines: { line: string; cut: boolean; bytes: number }[] = []
    for (const line of reader.push(Buffer.from(text), () => 100_000, endless))
      lines.push({ line, cut: reader.wasCut, bytes: reader.lineBytes })
    return lines
  }
  push(`head${'x'.repeat(30_000)}`)
  reader.cut()
  expect(reader.pendingBytes).toBe(400)
  push('y'.repeat(60_000))
  const [first, ...others] = push('tail\nwhole\n')
  expect(first).toMatchObject({ line: expect.stringMatching(/^headx+y+tail$/), cut: true })
  expect(first?.line.length).toBeLessThan(1_000)
  expect(first?.bytes).toBeGreaterThan(90_000)
  expect(others).toEqual([{ line: 'whole', cut: false, bytes: 5 }])
})
