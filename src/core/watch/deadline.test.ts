import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { within } from './deadline.ts'

const never = new AbortController().signal
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test('work that ends in time gives its value and leaves no timer', async () => {
  const clock = new FakeClock()
  expect(await within(1_000, clock, never, async () => 'done')).toBe('done')
})

test('work that hangs is aborted at the deadline, also when it ignores its signal', async () => {
  const clock = new FakeClock()
  const polite = within(1_000, clock, never, hang)
  const deaf = within(1_000, clock, never, () => new Promise(() => {}))
  const both = Promise.allSettled([polite, deaf])
  await clock.advance(1_000)
  for (const result of await both)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'upstream_timeout' } })
})

test('an outer abort ends it at once, with its reason', async () => {
  const outer = new AbortController()
  const work = within(1_000, new FakeClock(), outer.signal, hang)
  outer.abort(new Error('left'))
  await expect(work).rejects.toThrow('left')
})
