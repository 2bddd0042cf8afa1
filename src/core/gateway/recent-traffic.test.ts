import { expect, test } from 'vitest'
import { aCall } from '../../../test/support/calls.ts'
import { FakeClock } from '../../../test/support/fakes.ts'
import { serverId } from '../ids.ts'
import { RecentTraffic } from './recent-traffic.ts'

const id = aCall(1).serverId

test('calls, errors and what was cancelled are counted by server for five minutes', async () => {
  const clock = new FakeClock()
  const traffic = new RecentTraffic(clock)
  expect(traffic.of(id)).toBeUndefined()
  traffic.count([aCall(1), aCall(2, { outcome: 'refused' }), aCall(3, { outcome: 'cancelled' })])
  await clock.advance(200_000)
  traffic.count([aCall(4, { outcome: 'app_error' }), aCall(5, { serverId: serverId(8) })])
  expect(traffic.of(id)).toEqual({ calls: 4, errors: 2, cancelled: 1 })
  expect(traffic.of(serverId(8))).toEqual({ calls: 1, errors: 0, cancelled: 0 })
  await clock.advance(100_000)
  expect(traffic.of(id)).toEqual({ calls: 1, errors: 1, cancelled: 0 })
  await clock.advance(300_000)
  expect(traffic.of(id)).toBeUndefined()
})
