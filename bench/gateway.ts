import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { ChildServer } from '../test/support/child-server.ts'
import { installPackage } from '../test/support/installed-package.ts'
import { fixture } from './fixture.ts'
import { gatewayOmni2 } from './gateway-omni2.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement, Table } from './report.ts'
import { median, quantile, rounded } from './statistics.ts'
import { initialized, type Target, ToolCaller } from './tool-caller.ts'
import { type Crowd, ToolCallers } from './tool-callers.ts'
import { folder } from './watched-fleet.ts'

const ROUNDS = 7
const CALLS = 8_000
const CLIENTS = 64
const ALONE_CALLS = 1_500
const require = createRequire(import.meta.url)

type Subject = Crowd & { readonly pid: number; readonly goal: string }

/** What a call through the gateway costs, with everything on, against a bare forwarder: the same load, the same upstream. */
export const gateway: Measurement = {
  name: 'gateway',
  what: 'a call through the gateway',
  minutes: 2,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture())
    const floor = owned.use(await forwarder(`${upstream.url}/legacy`, 'no'))
    const both = owned.use(await forwarder(`${upstream.url}/legacy`, 'yes'))
    const servers = { legacy: `${upstream.url}/legacy`, modern: `${upstream.url}/modern` }
    const { program } = await installPackage(await folder(owned))
    const { through } = await gatewayOmni2(owned, { servers, program })
    const direct = {
      name: 'direct',
      url: upstream.url,
      path: '/legacy',
      pid: upstream.pid,
      tool: 'look-up-0',
      goal: '',
    }
    const session = await initialized(through)
    const legacy = { ...through, session, tool: 'legacy__look-up-0' }
    const modern = { ...through, isModern: true, tool: 'modern__look-up-0' }
    const bare = (name: string, { url, pid }: ChildServer) => ({
      name,
      url,
      path: '/',
      pid,
      tool: 'a__look-up-0',
      goal: '',
    })
    const subjects: readonly Subject[] = [
      bare('bare forwarder', floor),
      bare('the same, reading replies too', both),
      { name: 'Omni2, legacy client and server', ...legacy, goal: '<= 1.4' },
      { name: 'Omni2, modern client and server', ...modern, goal: '<= 1.4' },
      { name: 'Omni2, legacy, a session for each client', ...legacy, ownSessions: true, goal: '' },
    ]
    const costs = await atOnce(subjects)
    const times = await alone([direct, ...subjects.slice(0, 4)])
    const goal = (what: string, unit: string, most: number, reached: number) => ({ what, unit, most, reached })
    const [, , , p50 = Number.NaN, p99 = Number.NaN] = times.rows.at(-2)?.map(Number) ?? []
    return {
      tables: [costs, times],
      goals: [
        goal('CPU of a call, legacy', 'x the floor', 1.4, Number(costs.rows[2]?.[2])),
        goal('CPU of a call, modern', 'x the floor', 1.4, Number(costs.rows[3]?.[2])),
        goal('time added to a call, p50', 'ms', 0.5, p50),
        goal('time added to a call, p99', 'ms', 3, p99),
        goal('memory under load', 'MiB RSS', 200, Number(costs.rows[3]?.[5])),
      ],
    }
  },
}

const forwarder = (url: string, bothWays: string): Promise<ChildServer> =>
  new ChildServer({
    name: 'forwarder',
    path: '',
    args: () => [require.resolve('./forwarder.ts')],
    env: { UPSTREAM: url, BOTH_WAYS: bothWays },
  }).start()

async function atOnce(subjects: readonly Subject[]): Promise<Table> {
  const micros = subjects.map((): number[] => [])
  const rates = subjects.map((): number[] => [])
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, subject] of subjects.entries()) {
      await using callers = await ToolCallers.open(subject, CLIENTS)
      const before = await usageOf(subject.pid)
      const startedAt = performance.now()
      await callers.run(CALLS)
      if (round < 0) continue // to warm up
      const { cpuMs } = await usageOf(subject.pid)
      micros[index]?.push(((cpuMs - before.cpuMs) * 1_000) / CALLS)
      rates[index]?.push((CALLS * 1_000) / (performance.now() - startedAt))
    }
  }
  const [floor = []] = micros
  const rows = await Promise.all(
    subjects.map(async ({ name, goal, pid }, index) => {
      const own = micros[index] ?? []
      const ratios = own.map((us, round) => us / (floor[round] ?? Number.NaN))
      const { rssMiB } = await usageOf(pid)
      const shown = [median(own), median(ratios), median(rates[index] ?? [])].map(rounded)
      return [name, ...shown, goal, Math.round(rssMiB)]
    }),
  )
  return {
    title: `CPU of one tools/call at ${CLIENTS} clients`,
    columns: ['what', 'us', 'x the floor', 'calls/s', 'goal', 'RSS MiB'],
    rows,
    notes: [
      'Omni2 as installed from its package: from its sources it takes 35 MiB more.',
      `Medians of ${ROUNDS} interleaved rounds of ${CALLS} calls; CPU of the process in between alone, all threads.`,
    ],
  }
}

async function alone(targets: readonly (Target & { readonly name: string })[]): Promise<Table> {
  const callers = targets.map((target) => new ToolCaller(target))
  const times = targets.map((): number[] => [])
  for (let round = -200; round < ALONE_CALLS; round++) {
    for (const [index, caller] of callers.entries()) {
      const startedAt = performance.now()
      await caller.call()
      if (round >= 0) times[index]?.push(performance.now() - startedAt)
    }
  }
  await Promise.all(callers.map((caller) => caller.close()))
  const [direct = []] = times
  const added = (sample: readonly number[], share: number) => quantile(sample, share) - quantile(direct, share)
  return {
    title: 'Time of one tools/call of one client, in ms',
    columns: ['what', 'p50', 'p99', 'p50 added', 'p99 added'],
    rows: targets.map(({ name }, index) => {
      const sample = times[index] ?? []
      return [
        name,
        ...[quantile(sample, 0.5), quantile(sample, 0.99), added(sample, 0.5), added(sample, 0.99)].map(rounded),
      ]
    }),
    notes: [`${ALONE_CALLS} calls each, in turn. Goal: p50 <= 0.5 ms and p99 <= 3 ms added.`],
  }
}
