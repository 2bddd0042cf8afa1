import { expect, test } from 'vitest'
import { instant } from '../clock.ts'
import { serverId } from '../ids.ts'
import { OnDemandLimit } from './on-demand-limit.ts'

const one = serverId(1)
const other = serverId(2)

/** A limit that took `count` for one server, a second apart from 0. */
function taken(count: number): OnDemandLimit {
  const limit = new OnDemandLimit()
  for (let n = 0; n < count; n++) limit.take(one, instant(n * 1_000))
  return limit
}

const refusal = (retryAfterMs: number) =>
  expect.objectContaining({
    code: 'rate_limited',
    message: 'At most 10 checks a minute on demand of one server',
    retryAfterMs,
  })

test('the eleventh check of a server within a minute is refused, and told when it is welcome', () => {
  const limit = taken(10)
  expect(() => limit.take(one, instant(15_000))).toThrow(refusal(45_000))
  expect(() => limit.take(one, instant(59_999))).toThrow(refusal(1))
  limit.take(one, instant(60_000))
  expect(() => limit.take(one, instant(60_000))).toThrow(refusal(1_000))
})

test('each server has its own limit, and one that is forgotten begins anew', () => {
  const limit = taken(10)
  limit.take(other, instant(10_000))
  limit.forget(one)
  limit.take(one, instant(10_000))
})
