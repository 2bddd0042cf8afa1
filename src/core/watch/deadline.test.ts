import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { within } from './deadline.ts'

const never = new AbortController().signal
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test('work that ends in time gives its value, and is not ended by anything later', async () => {
  const clock = new FakeClock()
  const outer = new AbortController()
  const signals: AbortSignal[] = []
  const work = async (signal: AbortSignal) => {
    signals.push(signal)
    return 'done'
  }
  expect(await within(1_000, clock, outer.signal, work)).toBe('done')
  await clock.advance(1_000)
  outer.abort()
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
})

test('work that hangs is aborted at the deadline, also when it ignores its signal', async () => {
  const clock = new FakeClock()
  const polite = within(1_000, clock, never, hang)
  const signals: AbortSignal[] = []
  const deaf = within(1_000, clock, never, (signal) => {
    signals.push(signal)
    return new Promise(() => {})
  })
  const both = Promise.allSettled([polite, deaf])
  await clock.advance(1_000)
  for (const result of await both)
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'upstream_timeout', message: 'No answer within 1000 ms' },
    })
  expect(signals.map(({ reason }) => reason)).toMatchObject([{ code: 'upstream_timeout' }])
})

test('an outer abort ends it at once, with its reason', async () => {
  const outer = new AbortController()
  const work = within(1_000, new FakeClock(), outer.signal, hang)
  outer.abort(new Error('left'))
  await expect(work).rejects.toThrow('left')
})

test('what was given up before it began ends at once', async () => {
  const deaf = within(1_000, new FakeClock(), AbortSignal.abort(new Error('left')), () => new Promise(() => {}))
  await expect(deaf).rejects.toThrow('left')
})
