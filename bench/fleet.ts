import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fixture } from './fixture.ts'
import type { FleetSize } from './fleet-size.ts'
import { type LoopLag, loopLag } from './loop-lag.ts'
import type { Measurement } from './report.ts'
import { rounded } from './statistics.ts'

const require = createRequire(import.meta.url)
const SIZES = [100, 1_000, 10_000] as const
const KIB = 1_024

/** Whether a check costs the same in a fleet of any size, and what a server weighs. */
export const fleet: Measurement = {
  name: 'fleet',
  async run() {
    await using upstream = await fixture()
    const measured: (FleetSize & { readonly machineLag: LoopLag })[] = []
    for (const size of SIZES) measured.push(await oneSize(upstream.url, size))
    return [
      {
        title: 'Fleets of healthy servers with ten tools each, all at 200 checks a second',
        columns: [
          'servers',
          'us a check',
          'KiB a server',
          'of it connection',
          'RSS KiB',
          'first sweep s',
          'late p99 ms',
          'loop p99 ms',
          'an idle one',
        ],
        rows: measured.map((one) => [
          one.servers,
          rounded(one.microsPerCheck),
          rounded(one.heapPerServer / KIB),
          rounded((one.heapPerServer - one.heapPerServerUnconnected) / KIB),
          rounded(one.rssPerServer / KIB),
          rounded(one.sweepMs / 1_000),
          rounded(one.lateMs),
          rounded(one.lag.p99),
          rounded(one.machineLag.p99),
        ]),
        notes: [
          'Shallow checks in a process of its own, CPU of all its threads; every server is checked on a kept connection.',
          'KiB a server: heap and what hangs on it after a collection, goal <= 20; RSS of small fleets is mostly noise.',
          'Loop: p99 of how late its event loop came round, goal <= 50 ms, and that of a process that did nothing meanwhile.',
        ],
      },
    ]
  },
}

async function oneSize(url: string, servers: number): Promise<FleetSize & { readonly machineLag: LoopLag }> {
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  const child = fork(require.resolve('./fleet-size.ts'), [url, String(servers)], { execArgv: ['--expose-gc'] })
  const ended = once(child, 'exit')
  const told = await Promise.race([once(child, 'message'), ended.then(() => undefined)])
  await ended
  if (!told) throw new Error(`The fleet of ${servers} was not measured`)
  return { ...(told[0] as FleetSize), machineLag: loopLag(delays) } // what our own child sends
}
