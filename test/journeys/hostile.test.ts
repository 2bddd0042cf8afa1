import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostileBehaviour } from '../fixtures/servers/hostile-behaviours.ts'
import { type HostileServer, hostileServer, legacyServer } from '../support/fixture-servers.ts'
import { check, checkAnew, read, registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

const REASONS = {
  'endless-body': 'response_too_large',
  'endless-stream': 'response_too_large',
  'slow-drip': 'timeout',
  'wrong-id': 'invalid_response',
  redirect: 'redirect_refused',
  'many-tools': 'response_too_large',
  'repeated-cursor': 'invalid_response',
  'endless-pages': 'response_too_large',
} as const satisfies Partial<Record<HostileBehaviour, string>>
const BEHAVIOURS = Object.keys(REASONS) as (keyof typeof REASONS)[] // as written above
/** What all of it together may cost Omni2 while it lasts. */
const MAX_GROWTH_KB = 128 * 1024
/** Between two questions whether Omni2 lives: it answers 600 a minute. */
const SELDOM = { check_interval_seconds: 86_400, timeout_seconds: 5 }

type Foe = { readonly id: number; readonly upstream: HostileServer; readonly behaviour: keyof typeof REASONS }

let omni2: Omni2
let foes: readonly Foe[]

beforeAll(async () => {
  omni2 = await Omni2.start()
  foes = await Promise.all(
    BEHAVIOURS.map(async (behaviour) => {
      const upstream = await hostileServer()
      const { id } = await registerHealthy(omni2, behaviour, { url: upstream.url, ...SELDOM })
      return { id, upstream, behaviour }
    }),
  )
})
afterAll(async () => {
  await omni2?.stop()
  await Promise.all((foes ?? []).map(({ upstream }) => upstream.kill()))
})

/** Of the Omni2 process, in kB: what it holds, or the most it ever held. */
async function memory(field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${omni2.process.pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1])
}

test('whatever hostile servers answer is told for what it is, costs little, and disturbs nobody', async () => {
  await using bystander = await legacyServer()
  await using elsewhere = await legacyServer()
  const friend = await registerHealthy(omni2, 'bystander', { url: bystander.url, ...SELDOM })
  for (const { upstream, behaviour } of foes) await upstream.behave(behaviour, { to: elsewhere.url })
  const before = await memory('VmRSS')

  let attacked = 0
  const attacks = foes.map(async ({ id, behaviour }) => {
    const { health_status, health_result } = await check(omni2, id)
    attacked += 1
    const { outcome, healthy, error } = health_result
    return { behaviour, health_status, code: error?.code, healthy, outcome }
  })
  expect(await check(omni2, friend.id)).toMatchObject({ health_status: 'healthy', health_result: { outcome: 'ok' } })
  expect(attacked).toBeLessThan(foes.length)
  const lives: number[] = []
  const ask = async () => {
    lives.push((await fetch(`${omni2.url}/health/live`)).status)
    return attacked
  }
  await expect.poll(ask, { interval: 100, timeout: 60_000 }).toBe(foes.length)
  expect(new Set(lives)).toEqual(new Set([200]))
  expect(await Promise.all(attacks)).toEqual(
    BEHAVIOURS.map((behaviour) => ({
      behaviour,
      health_status: 'healthy',
      code: REASONS[behaviour],
      healthy: false,
      outcome: 'protocol',
    })),
  )
  expect((await memory('VmHWM')) - before).toBeLessThan(MAX_GROWTH_KB)
  expect(await elsewhere.requests()).toEqual([])
  expect(await read(omni2, friend.id)).toMatchObject({ health_status: 'healthy', badges: [], since: friend.since })

  for (const { id } of foes) {
    const now = await read(omni2, id)
    expect(now).toMatchObject({ tool_count: 1 })
    expect(now).not.toMatchObject({ health_status: 'healthy', badges: [] })
  }
  for (const { upstream } of foes) await upstream.relent()
  const after = await Promise.all(foes.map(({ id }) => checkAnew(omni2, id)))
  for (const { health_result } of after) expect(health_result).toMatchObject({ outcome: 'ok', tool_count: 1 })
})

test('a tool that nests too deep is left out and named, and the server is healthy', async () => {
  await using upstream = await hostileServer()
  await upstream.behave('deep-nesting')
  const { id } = await registerHealthy(omni2, 'too-deep', { url: upstream.url, ...SELDOM })
  const { tools, dropped } = await omni2.api.getCapabilities({ params: { id } })
  expect({ tools, dropped }).toMatchObject({
    tools: [],
    dropped: [{ kind: 'tool', name: 'deep', reason: expect.stringContaining('deep') }],
  })
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', tool_count: 0 })
})
