import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { EventStream } from './event-stream.ts'

const read = ({ body }: EventStream): string => String(body.read() ?? '')

test('it begins with the first event, and ends with the last', async () => {
  const stream = new EventStream(new FakeClock())
  let begun = false
  void stream.begun.then(() => {
    begun = true
  })
  await Promise.resolve()
  expect(begun).toBe(false)
  stream.tell('progress', { progress: 1 })
  await stream.begun
  stream.end('result', 'done\n')
  expect(await stream.body.toArray().then((parts) => parts.join(''))).toBe(
    'event: progress\ndata: {"progress":1}\n\nevent: result\ndata: "done\\n"\n\n',
  )
})

test('silence is broken by a comment, until it ends', async () => {
  const clock = new FakeClock()
  const stream = new EventStream(clock)
  await clock.advance(15_000)
  expect(read(stream)).toBe(': alive\n\n')
  await clock.advance(10_000)
  stream.tell('log', 1)
  await clock.advance(14_000)
  expect(read(stream)).toBe('event: log\ndata: 1\n\n')
  await clock.advance(1_000)
  expect(read(stream)).toBe(': alive\n\n')
  stream.body.destroy()
  await clock.advance(60_000)
  expect(clock.waiting).toBe(0)
})

test('who does not read misses news, and never the end', async () => {
  const stream = new EventStream(new FakeClock())
  const large = 'x'.repeat(100_000)
  for (const _ of Array(10)) stream.tell('log', large)
  stream.end('result', 'the end')
  const text = (await stream.body.toArray()).join('')
  expect(text.split('event: log').length - 1).toBe(3)
  expect(text).toContain('the end')
})
