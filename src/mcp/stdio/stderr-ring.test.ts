import { expect, test } from 'vitest'
import { StderrRing } from './stderr-ring.ts'

const ringOf = (...chunks: string[]) => {
  const ring = new StderrRing()
  for (const chunk of chunks) ring.append(Buffer.from(chunk))
  return ring
}

test('it keeps the last 64 KiB, from a whole line on', () => {
  const line = `${'x'.repeat(99)}\n`
  const text = ringOf(...Array.from({ length: 2_000 }, (_, at) => `${at} ${line}`)).text()
  expect(text.length).toBeLessThanOrEqual(64 * 1024)
  expect(text.length).toBeGreaterThan(63 * 1024)
  expect(text).toMatch(/^\d+ x{99}\n/)
  expect(text.endsWith(`1999 ${line}`)).toBe(true)
})
test('one chunk larger than the ring leaves its end', () => {
  const text = ringOf('first\n', `${'y'.repeat(200_000)}\nlast\n`).text()
  expect(text).toBe('last\n')
})
test('characters cut by chunks are put together again', () => {
  const bytes = Buffer.from('naïve\n')
  const ring = new StderrRing()
  ring.append(bytes.subarray(0, 3))
  ring.append(bytes.subarray(3))
  expect(ring.text()).toBe('naïve\n')
})
test('secrets are hidden, also when they came in two pieces', () => {
  const ring = ringOf('token=hunt', 'er2; mode=dev\n')
  ring.hide(['hunter2', 'dev'])
  expect(ring.text()).toBe('token=***; mode=dev\n')
  expect(ring.lastLine()).toBe('token=***; mode=dev')
})
test('the last line is fit for a message: of this run, printable and short', () => {
  expect(ringOf('').lastLine()).toBeUndefined()
  expect(ringOf('one\n\u001b[31mtwo\u001b[0m\u0007 \u202Eowt\n\n  \n').lastLine()).toBe('two owt')
  expect(ringOf('z'.repeat(1_000)).lastLine()).toBe(`${'z'.repeat(300)}…`)
  const ring = ringOf('before\n')
  ring.beginRun()
  expect(ring.lastLine()).toBeUndefined()
  expect(ring.text()).toBe('before\n')
})
