import { expect, test } from 'vitest'
import { legacyServer } from '../support/fixture-servers.ts'
import { breaks, history, read, register, registerHealthy, untilStatus } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { Omni2 } from '../support/omni2.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'
import { OwnMetrics } from '../support/own-metrics.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const TEN_YEARS_MS = 3_650 * DAY_MS
const LEAPS = [HOUR_MS, -HOUR_MS, TEN_YEARS_MS, -TEN_YEARS_MS]
const REQUESTS_PER_MINUTE = 600

/** One Omni2 that watches; its wall clock can be set. */
class Watch implements AsyncDisposable {
  readonly omni2: Omni2
  readonly id: number
  #aheadMs = 0

  static async start(url: string): Promise<Watch> {
    const omni2 = await Omni2.startInjectable()
    await omni2.api.setBreakerConfig({ body: { timeout_seconds: 20 } })
    const { id } = await registerHealthy(omni2, 'phoenix', { url, check_interval_seconds: 5 })
    return new Watch(omni2, id)
  }

  private constructor(omni2: Omni2, id: number) {
    this.omni2 = omni2
    this.id = id
  }

  async setClock(aheadMs: number): Promise<void> {
    await this.omni2.inject('set_clock', aheadMs)
    this.#aheadMs = aheadMs
  }

  reaches(status: 'circuit_open' | 'healthy') {
    return untilStatus(this.omni2, this.id, status)
  }

  /** Times of its server that lie on the wrong side of its own wall clock, or further away than an interval. */
  async strayTimes(): Promise<string[]> {
    const { since, last_health_check, next_check_at } = await read(this.omni2, this.id)
    const wall = Date.now() + this.#aheadMs
    const off = (time: string | null, fromMs: number, untilMs: number) => {
      const ms = time === null ? 0 : Date.parse(time) - wall
      return ms >= fromMs && ms <= untilMs ? [] : [`${time} at ${new Date(wall).toISOString()}`]
    }
    return [
      ...off(since, -120_000, 1_000),
      ...off(last_health_check, -HOUR_MS / 2, 1_000),
      ...off(next_check_at, -5_000, 30_000),
    ]
  }

  /** What happened, without times. */
  async story(): Promise<string[]> {
    const events = await history(this.omni2)
    expect(breaks(events)).toEqual([])
    return events.map((event) => {
      if (event.event_type === 'mcp_status_change') {
        const { old_status, new_status, reason_code } = event.event_data
        return `${old_status} -> ${new_status} (${reason_code})`
      }
      if (event.event_type !== 'circuit_breaker_state') return event.event_type
      return `circuit ${event.event_data.old_state} -> ${event.event_data.new_state}`
    })
  }

  async checks(): Promise<number> {
    return (await OwnMetrics.read(this.omni2)).checks
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.omni2.stop()
  }
}

test.concurrent('the same events in the same order, at the same pace, as with a clock that nobody sets', async (context) => {
  const { expect } = context
  await using upstream = await legacyServer()
  await using owned = new AsyncDisposableStack()
  const watches = await Promise.all([0, ...LEAPS].map(() => Watch.start(upstream.url)))
  for (const watch of watches) owned.use(watch)
  const leaping = LEAPS.map((leapMs, index) => ({ leapMs, watch: watches[index + 1] as Watch })) // as many were started

  for (const { leapMs, watch } of leaping) await watch.setClock(leapMs)
  for (const { watch } of leaping) expect(await watch.strayTimes()).toEqual([])
  await upstream.kill()
  await Promise.all(watches.map((watch) => watch.reaches('circuit_open')))
  for (const { leapMs, watch } of leaping) await watch.setClock(-leapMs)
  for (const { watch } of leaping) expect(await watch.strayTimes()).toEqual([])
  await upstream.restart()
  await Promise.all(watches.map((watch) => watch.reaches('healthy')))
  for (const { watch } of leaping) await watch.setClock(0)

  const [undisturbed, ...others] = await Promise.all(watches.map((watch) => watch.story()))
  expect(undisturbed).toHaveLength(8)
  expect(others).toEqual(LEAPS.map(() => undisturbed))
  const [usual = 0, ...counts] = await Promise.all(watches.map((watch) => watch.checks()))
  for (const count of counts) expect(Math.abs(count - usual)).toBeLessThanOrEqual(usual / 4)
  for (const { watch } of leaping) {
    const { incidents } = await watch.omni2.api.listIncidents()
    expect(incidents).toHaveLength(1)
    for (const { started_at, ended_at, duration_seconds } of incidents) {
      expect(duration_seconds).toBeGreaterThanOrEqual(0)
      expect(Date.parse(ended_at ?? '')).toBeGreaterThanOrEqual(Date.parse(started_at))
    }
  }
  measured(
    context,
    'the wall clock leaps 1 h or 10 years, ahead and back',
    `${undisturbed?.length} events each; ${usual} checks undisturbed, ${counts.join(', ')} with leaps`,
  )
})

test.concurrent('tokens and sessions end when the clock says so and not before; a limit lasts a minute', async (context) => {
  const { expect } = context
  await using omni2 = await Omni2.startInjectable()
  const tomorrow = new Date(Date.now() + DAY_MS).toISOString()
  const make = async (name: string, expires_at: string | null) =>
    (await omni2.api.createToken({ body: { name, role: 'viewer', expires_at } })).token
  const [lasting, ending] = [await make('lasting', null), await make('ending', tomorrow)]
  const ask = (headers: Record<string, string>) => fetch(`${omni2.url}/api/v1/session`, { headers })
  const signedIn = await fetch(`${omni2.url}/api/v1/session`, signInWith(lasting))
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const statuses = async () =>
    (
      await Promise.all([
        ask({ authorization: `Bearer ${lasting}` }),
        ask({ authorization: `Bearer ${ending}` }),
        ask({ cookie }),
      ])
    ).map(({ status }) => status)

  for (const aheadMs of [0, HOUR_MS, -HOUR_MS, -TEN_YEARS_MS]) {
    await omni2.inject('set_clock', aheadMs)
    expect(await statuses()).toEqual([200, 200, 200])
  }
  await omni2.inject('set_clock', TEN_YEARS_MS)
  expect(await statuses()).toEqual([200, 401, 401])
  await omni2.inject('set_clock', 0)

  const asLimited = { authorization: `Bearer ${await make('limited', null)}` }
  for (let n = 0; n < REQUESTS_PER_MINUTE; n += 50) await Promise.all(Array.from({ length: 50 }, () => ask(asLimited)))
  const limited = await ask(asLimited)
  expect(limited.status).toBe(429)
  const limitedAt = performance.now()
  await omni2.inject('set_clock', -TEN_YEARS_MS)
  expect(Number((await ask(asLimited)).headers.get('retry-after'))).toBeLessThanOrEqual(60)
  await expect.poll(async () => (await ask(asLimited)).status, { interval: 1_000, timeout: 3 * 60_000 }).toBe(200)
  // A secret that was wrong is tried again after a minute.
  expect((await statuses()).slice(0, 2)).toEqual([200, 200])
  const seconds = Math.round((performance.now() - limitedAt) / 1_000)
  measured(context, 'the wall clock is set back 10 years', `a used-up limit was over after ${seconds} s`)
})

const signInWith = (token: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ token }),
})

test('no history goes for a day, and none at all when the clock is set right until then', async (context) => {
  await using upstream = await legacyServer()
  await using omni2 = await Omni2InFakeTime.start()
  const { id } = await register(omni2, 'watched', { url: upstream.url })
  await omni2.settled(id)
  for (let n = 0; n < 3; n++) await omni2.nextCheck(id)
  await omni2.api.disableServer({ params: { id } })
  const rows = async () => (await omni2.api.listHealthLogs({ params: { id } })).logs.length
  const before = await rows()
  const pass = async (hours: number) => {
    for (let n = 0; n < hours; n++) await omni2.clock.advance(HOUR_MS)
  }

  omni2.clock.jumpWall(TEN_YEARS_MS)
  await pass(20)
  expect(await rows()).toBe(before)
  omni2.clock.jumpWall(-TEN_YEARS_MS)
  await pass(30)
  expect(await rows()).toBe(before)
  measured(context, 'the wall clock leaps 10 years ahead for 20 h', `${before} of ${before} rows kept`)
})
