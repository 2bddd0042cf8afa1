import { test } from 'vitest'
import { fixture } from '../../bench/fixture.ts'
import { freePort } from '../../demo/omni2-process.ts'
import { heard, read, register, until } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { isMissing } from '../support/needs.ts'
import { FAR_ADDRESSES, TwoNetworks } from '../support/network.ts'
import { Omni2 } from '../support/omni2.ts'

const GOAL_MS = 90_000

test.skipIf(isMissing('root', 'network namespaces')).concurrent.for([
  { end: 'near', what: 'our own link goes down' },
  { end: 'far', what: 'the cable is pulled at the other end' },
] as const)(
  '$what: one alarm, nothing disabled, and all are healthy soon after it returns',
  async ({ end, what }, context) => {
    const { expect } = context
    await using networks = await TwoNetworks.make()
    await using upstream = await fixture({ env: { TETHER_HOST: '0.0.0.0' }, through: networks.far })
    const port = await freePort(0)
    await networks.openDoorway(port)
    await using omni2 = await Omni2.start({ port, through: networks.near })
    const ids = await Promise.all(
      FAR_ADDRESSES.map(async (address, n) => {
        const url = upstream.url.replace('127.0.0.1', address)
        return (await register(omni2, `far-${n}`, { url, check_interval_seconds: 5 })).id
      }),
    )
    const statuses = async () =>
      (await Promise.all(ids.map((id) => read(omni2, id)))).map(({ health_status }) => health_status)
    const all = (wanted: string, timeout: number) =>
      expect.poll(statuses, { interval: 500, timeout }).toEqual(ids.map(() => wanted))
    await all('healthy', 30_000)

    using live = await omni2.live()
    const alarms = () =>
      heard(live).flatMap((event) => (event.event_type === 'mcp_common_cause' ? [event.event_data.active] : []))
    networks.plug(end, false)
    const lostAt = performance.now()
    await all('circuit_open', 3 * GOAL_MS)
    expect(alarms()).toEqual([true])
    // One canary at least has failed for each.
    await until(
      async () => (await Promise.all(ids.map((id) => read(omni2, id)))).map(({ circuit }) => circuit.failure_cycles),
      (cycles) => Math.min(...cycles) > 0,
    )
    networks.plug(end, true)
    const backAt = performance.now()
    await all('healthy', 3 * GOAL_MS)
    const backMs = performance.now() - backAt
    expect(alarms()).toEqual([true, false])
    expect(heard(live).filter(({ event_type }) => event_type === 'mcp_auto_disabled')).toEqual([])
    measured(
      context,
      what,
      `lost for ${Math.round((backAt - lostAt) / 1_000)} s`,
      '0 disabled',
      `all healthy ${Math.round(backMs / 1_000)} s after its return`,
    )
  },
)
