import { expect, test } from 'vitest'
import type { Outcome } from '../../src/core/check.ts'
import type { ServerId } from '../../src/core/ids.ts'
import { Crowd } from '../support/crowd.ts'
import { history, until } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { answer, Simulation } from '../support/simulation.ts'
import { watchInFakeTime } from '../support/watch-in-fake-time.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Answers in turn, a letter each: the patterns that make most events. */
const PATTERNS = [
  'oocpcpcoooo',
  'occcccooooo',
  'oooocccAo',
  'coocccc',
  'cpcpooooo',
  'ooApppptpoA',
  'poAoAptoottt',
  'oc',
]
const WORDS: Readonly<Record<string, Outcome>> = { o: 'ok', c: 'connect', p: 'protocol', A: 'auth', t: 'throttled' }
/** Up and down by the clock: minutes of each. */
const WAVES = [
  [1, 1],
  [3, 2],
  [7, 3],
  [25, 5],
] as const

/** The same numbers each time, evenly in [0, 1). */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 0x7fff_ffff
    return state / 0x7fff_ffff
  }
}

test('a flapping server is told of at most 27 times an hour, 32 in the first', async (context) => {
  const { create, clock, upstreams, told } = watchInFakeTime({ random: sequence(7) })
  const asked = new Map<ServerId, number>()
  upstreams.answer = ({ id }) => {
    const index = id - 1
    const pattern = PATTERNS[index]
    const nth = asked.get(id) ?? 0
    asked.set(id, nth + 1)
    if (pattern) return answer(WORDS[pattern[nth % pattern.length] ?? 'o'] ?? 'ok')
    const [up, down] = WAVES[index - PATTERNS.length] ?? [1, 0]
    return answer((clock.now() / MINUTE_MS) % (up + down) < up ? 'ok' : 'connect')
  }
  const servers = await create(PATTERNS.length + WAVES.length)
  const bornAt = clock.wall()
  await clock.advance(24 * HOUR_MS)
  const busiest = { first: 0, steady: 0 }
  for (const id of servers) {
    const times = told.flatMap(({ event, at }) =>
      event.type === 'mcp_status_change' && event.serverId === id ? [at - bornAt] : [],
    )
    const inHourFrom = (from: number) => times.filter((at) => at >= from && at < from + HOUR_MS).length
    busiest.first = Math.max(busiest.first, inHourFrom(0))
    busiest.steady = Math.max(busiest.steady, ...times.filter((at) => at >= HOUR_MS).map(inHourFrom))
  }
  expect(busiest.first).toBeLessThanOrEqual(32)
  expect(busiest.steady).toBeLessThanOrEqual(27)
  measured(
    context,
    'servers that flap, 24 h of simulated time',
    `at most ${busiest.steady} events an hour, ${busiest.first} in the first`,
  )
})

test('losing one request in a hundred takes nobody down', async (context) => {
  await using crowd = await Crowd.start({ servers: 1_000 })
  const eventsBefore = await history(crowd.omni2)
  await crowd.upstream.command('behave', { lostShare: 0.01 })
  const lost = async () => Number(await crowd.upstream.command('lost'))
  await until(lost, (count) => count >= 50)
  expect(await history(crowd.omni2)).toEqual(eventsBefore)
  const metrics = await crowd.metrics()
  expect(metrics.healthy).toBe(crowd.servers)
  const failed = metrics.checksWith('connect') + metrics.checksWith('protocol')
  expect(failed).toBeLessThan((await lost()) / 5)
  measured(context, '1 % of requests is lost', `${await lost()} requests lost, ${failed} checks failed, 0 falls`)
})

/** A request that is lost on a connection that was used before is sent once more, on a fresh one: as `HttpSender` does. */
function losing(share: number, random: () => number): () => Outcome {
  let isKept = true
  return () => {
    const isLost = random() < share && (!isKept || random() < share)
    isKept = !isLost
    return isLost ? 'connect' : 'ok'
  }
}

test('and not in three days of a fleet', (context) => {
  const random = sequence(11)
  const counts = { checks: 0, failed: 0, falls: 0 }
  for (let n = 0; n < 300; n++) {
    const server = new Simulation({ random })
    server.checks(1)
    server.pass(0)
    const next = losing(0.01, random)
    server.reply = () => {
      const outcome = next()
      counts.checks++
      if (outcome !== 'ok') counts.failed++
      return { result: answer(outcome), takesMs: 20 }
    }
    server.pass(3 * 24 * HOUR_MS)
    counts.falls += server.statuses.length - 1
  }
  expect(counts.failed).toBeGreaterThan(50)
  expect(counts.falls).toBe(0)
  measured(
    context,
    '1 % of requests is lost, 3 simulated days of 300 servers',
    `${counts.failed} of ${counts.checks} checks failed, 0 falls`,
  )
})

test('a network lost for hours disables nobody, and all are back within 90 s of its return', async (context) => {
  const { create, clock, upstreams, told, status } = watchInFakeTime({ random: sequence(5) })
  const servers = await create(100)
  await clock.advance(2 * MINUTE_MS)
  upstreams.answer = () => answer('connect')
  await clock.advance(6 * HOUR_MS)
  expect(servers.map(status)).toEqual(servers.map(() => 'circuit_open'))
  upstreams.answer = () => answer('ok')
  const returnedAt = clock.now()
  while (servers.some((id) => status(id) !== 'healthy')) await clock.advance(1_000)
  const seconds = (clock.now() - returnedAt) / 1_000
  expect(seconds).toBeLessThanOrEqual(90)
  const causes = told.filter(({ event }) => event.type === 'mcp_common_cause')
  expect(causes).toMatchObject([{ event: { active: true } }, { event: { active: false } }])
  expect(told.filter(({ event }) => event.type === 'mcp_auto_disabled')).toEqual([])
  measured(context, 'our own network is lost, 6 simulated hours', '0 disabled', `all healthy ${seconds} s after it`)
})
