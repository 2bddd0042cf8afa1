import { setTimeout } from 'node:timers/promises'
import { Client } from 'undici'
import { timestamp } from '../src/core/clock.ts'
import type { Server } from '../src/core/config/server.ts'
import { serverId } from '../src/core/ids.ts'
import { systemClock } from '../src/server/system-clock.ts'
import { cpuPerOperation } from './cpu.ts'
import { fastClock } from './fast-clock.ts'
import { fixture } from './fixture.ts'
import type { Measurement } from './report.ts'
import { median, rounded } from './statistics.ts'
import { openUpstreams, serverConfig, WatchedFleet } from './watched-fleet.ts'

const ROUNDS = 7
const WARM_UP = 3_000
const AT_ONCE_CHECKS = 2_000
/** All of them shallow: the tenth would be a deep one. */
const SHALLOW_ROUNDS = 7

/** What one shallow check on a kept session costs, against a bare ping with undici, which is what it cannot go below. */
export const check: Measurement = {
  name: 'check',
  async run() {
    await using upstream = await fixture()
    const floor = ping(upstream.url)
    await using owned = new AsyncDisposableStack()
    owned.defer(() => floor.close())
    const upstreams = openUpstreams(systemClock)
    owned.defer(() => upstreams.close())
    const ours = (path: string, id: number) => {
      const server = aServer(id, `${upstream.url}${path}`)
      return () => passing(upstreams.check(server, { deep: false, onDemand: false }, new AbortController().signal))
    }
    const legacy = ours('/legacy', 1)
    const modern = ours('/modern', 2)
    const fleet = (servers: number, intervalMs: number, speed: number) => () =>
      watched(upstream.url, servers, intervalMs, speed)
    const cases: readonly Case[] = [
      ['bare ping with undici', 'back to back', () => backToBack(floor.ping, AT_ONCE_CHECKS)],
      ['McpUpstreams.check, legacy', 'back to back', () => backToBack(legacy, AT_ONCE_CHECKS)],
      ['McpUpstreams.check, modern', 'back to back', () => backToBack(modern, AT_ONCE_CHECKS)],
      ['with all bookkeeping', 'back to back', fleet(1_000, 5_000, 10)],
      ['bare ping with undici', '200/s', () => paced(floor.ping, 400, 5)],
      ['McpUpstreams.check, legacy', '200/s', () => paced(legacy, 400, 5)],
      ['with all bookkeeping', '200/s', fleet(100, 500, 1)],
      ['bare ping with undici', '17/s', () => paced(floor.ping, 60, 60)],
      ['with all bookkeeping', '17/s', fleet(17, 1_000, 1)],
    ]
    for (const work of [floor.ping, legacy, modern]) await backToBack(work, WARM_UP)
    const micros = cases.map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, [, , work]] of cases.entries()) micros[index]?.push(await work())
    }
    const medians = micros.map(median)
    const floors = new Map(cases.map(([what, pace], index) => [`${what} ${pace}`, medians[index] ?? Number.NaN]))
    return [
      {
        title: 'CPU of one shallow check of a healthy server on a kept session',
        columns: ['what', 'pace', 'us', 'least us', 'x the floor', 'goal'],
        rows: cases.map(([what, pace], index) => {
          const us = medians[index] ?? Number.NaN
          const goal = what === 'with all bookkeeping' ? '<= 300 us' : ''
          const ratio = us / (floors.get(`bare ping with undici ${pace}`) ?? Number.NaN)
          return [what, pace, rounded(us), rounded(Math.min(...(micros[index] ?? []))), rounded(ratio), goal]
        }),
        notes: [
          `Medians of ${ROUNDS} rounds, interleaved; CPU of this process alone, all threads (that of SQLite too).`,
          'Back to back: one after another; of the fleet 2,000 a second, ten times as fast as the caps let it be.',
          'At 200/s and 17/s each one wakes the process up, which is most of what it costs.',
          `17/s are 1,000 servers at 60 s: ${rounded(((medians.at(-1) ?? Number.NaN) * (1_000 / 60)) / 10_000)} % of a core, goal <= 3 %`,
        ],
      },
    ]
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

const backToBack = (work: () => Promise<void>, times: number): Promise<number> =>
  cpuPerOperation(async () => {
    for (let n = 0; n < times; n++) await work()
    return times
  })

const paced = (work: () => Promise<void>, times: number, gapMs: number): Promise<number> =>
  cpuPerOperation(async () => {
    for (let n = 0; n < times; n++) {
      await work()
      await setTimeout(gapMs)
    }
    return times
  })

/** A fleet of its own, from after its first checks until before the next deep ones. */
async function watched(url: string, servers: number, intervalMs: number, speed: number): Promise<number> {
  const clock = speed === 1 ? systemClock : fastClock(speed)
  await using fleet = await WatchedFleet.start({ url, servers, intervalMs, clock })
  await fleet.untilChecked(2 * servers, 60_000)
  return await cpuPerOperation(() => fleet.checksWithin((SHALLOW_ROUNDS * intervalMs) / speed))
}

/** A ping over undici with nothing around it: sent, received, parsed. */
function ping(url: string) {
  const client = new Client(url)
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'mcp-session-id': 'kept' }
  let id = 0
  const send = () =>
    new Promise<void>((resolve, reject) => {
      const pieces: Buffer[] = []
      client.dispatch(
        {
          method: 'POST',
          path: '/floor',
          headers,
          body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method: 'ping', params: {} }),
        },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_controller, piece) => void pieces.push(piece),
          onResponseEnd() {
            JSON.parse(String(Buffer.concat(pieces)))
            resolve()
          },
          onResponseError: (_controller, error) => reject(error),
        },
      )
    })
  return { ping: send, close: () => client.close() }
}
