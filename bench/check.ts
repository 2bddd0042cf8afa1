import { timestamp } from '../src/core/clock.ts'
import type { Server } from '../src/core/config/server.ts'
import { serverId } from '../src/core/ids.ts'
import { systemClock } from '../src/server/system-clock.ts'
import { BarePing } from './bare-ping.ts'
import { cpuPerOperation } from './cpu.ts'
import { fastClock } from './fast-clock.ts'
import { Fixture } from './fixture.ts'
import { backToBack, paced } from './pace.ts'
import type { Measurement } from './report.ts'
import { median, rounded } from './statistics.ts'
import { folder, openOutside, serverConfig, serversUnder, WatchedFleet } from './watched-fleet.ts'

const ROUNDS = 7
const WARM_UP = 3_000
const AT_ONCE_CHECKS = 2_000
/** All of them shallow: the tenth would be a deep one. */
const SHALLOW_ROUNDS = 7

/** What one shallow check on a kept session costs, against a bare ping with undici, which is what it cannot go below. */
export const check: Measurement = {
  name: 'check',
  what: 'CPU of one shallow check, and of 1,000 servers at 60 s',
  minutes: 5,
  async run() {
    await using owned = new AsyncDisposableStack()
    const { url } = owned.use(await Fixture.start())
    const floor = owned.use(new BarePing(url))
    const upstreams = await openOutside(owned, { dataDir: await folder(owned), clock: systemClock })
    const ours = (path: string, id: number) => {
      const server = aServer(id, `${url}${path}`)
      return () => passing(upstreams.check(server, { deep: false, onDemand: false }, new AbortController().signal))
    }
    const legacy = ours('/legacy', 1)
    const modern = ours('/modern', 2)
    const fleet = (servers: number, intervalMs: number, speed: number) => () => watched(url, servers, intervalMs, speed)
    const cases: readonly Case[] = [
      ['bare ping with undici', 'back to back', () => backToBack(floor.send, AT_ONCE_CHECKS)],
      ['the connection alone, legacy', 'back to back', () => backToBack(legacy, AT_ONCE_CHECKS)],
      ['the connection alone, modern', 'back to back', () => backToBack(modern, AT_ONCE_CHECKS)],
      ['with all bookkeeping', 'back to back', fleet(1_000, 5_000, 5)],
      ['bare ping with undici', '200/s', () => paced(floor.send, 400, 5)],
      ['the connection alone, legacy', '200/s', () => paced(legacy, 400, 5)],
      ['with all bookkeeping', '200/s', fleet(100, 500, 1)],
      ['bare ping with undici', '17/s', () => paced(floor.send, 60, 60)],
      ['with all bookkeeping', '17/s', fleet(17, 1_000, 1)],
    ]
    for (const work of [floor.send, legacy, modern]) await backToBack(work, WARM_UP)
    const micros = cases.map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, [, , work]] of cases.entries()) micros[index]?.push(await work())
    }
    const medians = micros.map(median)
    const medianOf = (what: string, pace: string) =>
      medians[cases.findIndex((one) => one[0] === what && one[1] === pace)] ?? Number.NaN
    return {
      tables: [
        {
          title: 'CPU of one shallow check of a healthy server on a kept session',
          columns: ['what', 'pace', 'us', 'least us', 'x a bare ping'],
          rows: cases.map(([what, pace], index) => [
            what,
            pace,
            rounded(medianOf(what, pace)),
            rounded(Math.min(...(micros[index] ?? []))),
            rounded(medianOf(what, pace) / medianOf('bare ping with undici', pace)),
          ]),
          notes: [
            `Medians of ${ROUNDS} rounds, interleaved; CPU of this process alone, all threads (that of SQLite too).`,
            'Back to back: one after another; of the fleet 1,000 a second, five times as fast as the caps let it be.',
            'At 200/s and 17/s each one wakes the process up, which is most of what it costs.',
          ],
        },
      ],
      goals: [
        {
          what: 'one check on a kept session, with its bookkeeping',
          unit: 'us of CPU',
          most: 300,
          reached: medianOf('with all bookkeeping', 'back to back'),
        },
        {
          what: '1,000 servers at 60 s',
          unit: '% of a core',
          most: 3,
          reached: (medianOf('with all bookkeeping', '17/s') * (1_000 / 60)) / 10_000,
        },
      ],
    }
  },
}

type Case = readonly [what: string, pace: string, work: () => Promise<number>]

const aServer = (id: number, url: string): Server => ({
  id: serverId(id),
  revision: 1,
  config: serverConfig(`server-${id}`, url, 60_000),
  createdAt: timestamp(0),
  updatedAt: timestamp(0),
})

async function passing(checked: Promise<{ readonly outcome: string }>): Promise<void> {
  const { outcome } = await checked
  if (outcome !== 'ok') throw new Error(`A check ended as ${outcome}`)
}

/** A fleet of its own, from after its first checks until before the next deep ones. */
async function watched(url: string, servers: number, intervalMs: number, speed: number): Promise<number> {
  const clock = speed === 1 ? systemClock : fastClock(speed)
  await using fleet = await WatchedFleet.start({ servers: serversUnder(url, servers, intervalMs), clock })
  await fleet.untilChecked(2 * servers, 60_000)
  return await cpuPerOperation(() => fleet.checksWithin((SHALLOW_ROUNDS * intervalMs) / speed))
}
