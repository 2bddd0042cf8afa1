import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { aServer } from '../../../test/support/store-samples.ts'
import { watched } from '../../../test/support/watched.ts'
import type { HealthStatus } from '../health/state.ts'
import { serverId } from '../ids.ts'
import { Fleet } from './fleet.ts'
import { FleetAlarm } from './fleet-alarm.ts'

/** A fleet of healthy servers, named `server-1` and so on. */
function start(count: number) {
  const fleet = new Fleet()
  for (let id = 1; id <= count; id++) fleet.put({ ...watched('ok'), server: aServer(serverId(id)) })
  const alarm = new FleetAlarm(fleet)
  const now = new FakeClock().now()
  const moves = (from: HealthStatus, to: HealthStatus, ...ids: number[]) =>
    ids.map((id) => alarm.statusChanged(serverId(id), from, to, now))
  return { fleet, moves }
}

test.each(['disconnected', 'unhealthy', 'circuit_open'] as const)(
  'half of the fleet falling to %s is told once, by name, and so is when most are back',
  (down) => {
    const { moves } = start(6)
    expect(moves('healthy', down, 1, 2)).toEqual([undefined, undefined])
    expect(moves('healthy', down, 3)).toEqual([
      {
        type: 'mcp_common_cause',
        severity: 'critical',
        active: true,
        servers: ['server-1', 'server-2', 'server-3'],
        suspected: '3 of 6 servers fell within a minute: check the network of Omni2 first',
      },
    ])
    expect(moves('healthy', down, 4)).toEqual([undefined])
    expect(moves(down, 'circuit_open', 1, 2, 3, 4)).toEqual(Array(4).fill(undefined))
    expect(moves('circuit_open', 'healthy', 1)).toEqual([undefined])
    expect(moves('circuit_open', 'healthy', 2)).toEqual([
      {
        type: 'mcp_common_cause',
        severity: 'info',
        active: false,
        servers: [],
        suspected: 'Most of the servers that fell together are back',
      },
    ])
  },
)

test('a server that never worked here does not fall', () => {
  const { moves } = start(6)
  expect(moves('unknown', 'disconnected', 1, 2, 3, 4, 5, 6)).toEqual(Array(6).fill(undefined))
})
