import { createRequire } from 'node:module'
import { Fixture } from './fixture.ts'
import type { FleetSize } from './fleet-size.ts'
import { inChild } from './in-child.ts'
import type { Measurement } from './report.ts'
import { rounded } from './statistics.ts'

const require = createRequire(import.meta.url)
const FLEETS = [
  ['100', '/same', 100],
  ['1,000', '/same', 1_000],
  ['10,000', '/same', 10_000],
  ['10,000, each with tools of its own', '/own', 10_000],
] as const
const KIB = 1_024

/** Whether a check costs the same in a fleet of any size, and what a server weighs. */
export const fleet: Measurement = {
  name: 'fleet',
  what: 'CPU of one check and memory of one server at 100, 1,000 and 10,000',
  minutes: 6,
  async run() {
    await using upstream = await Fixture.start()
    const measured = []
    for (const [what, path, servers] of FLEETS) {
      const script = require.resolve('./fleet-size.ts')
      measured.push({ what, ...(await inChild<FleetSize>(script, [upstream.url, path, String(servers)])) })
    }
    const [small, , large, own] = measured
    const costOf = (one: FleetSize | undefined) => (one ? one.microsPerCheck / one.microsPerPing : Number.NaN)
    return {
      tables: [
        {
          title: 'Fleets of healthy servers with ten tools each, all at 200 checks a second',
          columns: [
            'servers',
            'us a check',
            'x a bare ping',
            'KiB a server',
            'of it connection',
            'first sweep s',
            'late p99 ms',
            'loop p99 ms',
            'an idle one',
          ],
          rows: measured.map((one) => [
            one.what,
            rounded(one.microsPerCheck),
            rounded(costOf(one)),
            rounded(one.heapPerServer / KIB),
            rounded((one.heapPerServer - one.heapPerServerUnconnected) / KIB),
            rounded(one.sweepMs / 1_000),
            rounded(one.lateMs),
            rounded(one.lag.p99),
            rounded(one.machineLag.p99),
          ]),
          notes: [
            'Shallow checks, each fleet in a process of its own, CPU of all its threads; every server on a kept connection.',
            'A bare ping at the same pace in the same process, before and after: growth is judged by the ratio to it.',
            'KiB a server: heap and what hangs on it after a collection. RSS is measured of the real process, by "start".',
            'Loop: p99 of how late its event loop came round, and that of a process that did nothing meanwhile.',
          ],
        },
      ],
      goals: [
        { what: 'a check at 10,000 to one at 100', unit: 'x', most: 1.1, reached: costOf(large) / costOf(small) },
        {
          what: 'heap of one server with ten tools',
          unit: 'KiB',
          most: 20,
          reached: Number(large?.heapPerServer) / KIB,
        },
        {
          what: 'heap of one server with ten tools of its own',
          unit: 'KiB',
          most: 20,
          reached: Number(own?.heapPerServer) / KIB,
        },
        {
          what: 'first sweep over 10,000 healthy servers',
          unit: 's',
          most: 75,
          reached: Number(large?.sweepMs) / 1_000,
        },
      ],
    }
  },
}
