import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { CallView } from '../../src/api/calls.ts'
import { runCli } from '../support/cli-run.ts'
import { type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { findPostgres, type Postgres, startPostgres } from '../support/postgres.ts'

/** What a crash may lose, three times over for a machine that has other work. */
const LOSS_MS = 3_000

const source = findPostgres()
let upstream: LegacyServer
let postgres: Postgres | undefined
beforeAll(async () => {
  upstream = await legacyServer()
  postgres = source && (await startPostgres(source))
})
afterAll(async () => {
  await upstream?.kill()
  await postgres?.stop()
})

type Home = { readonly dataDir: string; readonly env: Record<string, string> }

async function newHome(database: 'SQLite' | 'PostgreSQL'): Promise<Home> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-calls-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const env: Record<string, string> = {}
  if (database === 'PostgreSQL' && postgres) env.DATABASE_URL = await postgres.freshDatabase()
  return { dataDir, env }
}

async function start(home: Home) {
  const omni2 = await Omni2.start(home)
  onTestFinished(() => omni2.stop())
  return omni2
}

/** With a server, and an agent's token. */
async function begin(home: Home) {
  const omni2 = await start(home)
  const { id } = await registerHealthy(omni2, 'old', { url: upstream.url })
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  return { omni2, id, place: { url: omni2.url, path: '/mcp', token } }
}

const callsOf = async ({ api }: Omni2) => (await api.listCalls({ query: { limit: 1_000 } })).calls
const atLeast = (omni2: Omni2, count: number) =>
  until(
    () => callsOf(omni2),
    (calls) => calls.length >= count,
  )

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const given = test.skipIf(database === 'PostgreSQL' && source === undefined)

  given(
    'a call of an agent is told with who, what, how it went and how long it took, and after a clean stop',
    async () => {
      const home = await newHome(database)
      const { omni2, id, place } = await begin(home)
      await using old = await legacyClient(place)
      await using modern = await modernClient({ ...place, path: '/servers/old/mcp' })
      await old.call('old__echo', { text: 'a' })
      await modern.call('add', { a: 'no number' })
      const [second, first] = await atLeast(omni2, 2)
      expect(first).toMatchObject({
        token_name: 'agent',
        endpoint: '/mcp',
        server_id: id,
        server_name: 'old',
        method: 'tools/call',
        target: 'echo',
        outcome: 'ok',
        reason: null,
        waited_ms: 0,
        server_version: '2025-11-25',
      })
      expect(Math.abs(Date.parse(first?.timestamp ?? '') - Date.now())).toBeLessThan(60_000)
      expect([first?.duration_ms, first?.bytes_in, first?.bytes_out].every((value) => Number(value) > 0)).toBe(true)
      expect(second).toMatchObject({ endpoint: '/servers/old/mcp', target: 'add', client_version: '2026-07-28' })

      await omni2.api.disableServer({ params: { id } })
      await old.call('old__echo', { text: 'b' })
      await omni2.stop()
      const again = await start(home)
      const kept = await callsOf(again)
      expect(kept[0]?.reason).toBe('Disabled by a person')
      expect(kept.map(({ outcome, target }) => [target, outcome])).toEqual([
        ['echo', 'refused'],
        ['add', second?.outcome],
        ['echo', 'ok'],
      ])
      const { calls } = await again.api.listCalls({
        query: { outcome: 'refused', server_id: String(id), target: 'echo' },
      })
      expect(calls).toEqual([kept[0]])
      const { total, servers, targets } = await again.api.getCallSummary()
      expect(total).toMatchObject({ calls: 3, refused: 1, cancelled: 0 })
      expect(total.error_ratio).toBeCloseTo(total.errors / 3)
      expect(servers).toMatchObject([{ server_id: id, server_name: 'old', calls: 3 }])
      const { callers, endpoints } = await again.api.getCallSummary()
      expect(callers).toMatchObject([{ token_name: 'agent', calls: 3 }])
      expect(endpoints).toEqual([
        { endpoint: '/mcp', calls: 2 },
        { endpoint: '/servers/old/mcp', calls: 1 },
      ])
      expect(targets.map(({ target, calls: count }) => [target, count])).toEqual([
        ['echo', 2],
        ['add', 1],
      ])
    },
  )

  given('what is said is kept where that is switched on, without secrets, and cut', async () => {
    const home = await newHome(database)
    home.env.OMNI2_REDACT_FIELDS = 'card'
    const { omni2, id, place } = await begin(home)
    await using agent = await legacyClient(place)
    await agent.call('old__echo', { text: 'before' })
    await omni2.api.updateServer({ params: { id }, body: { record_payloads: true } })
    await agent.call('old__echo', { text: 'a', password: 'p4ssw0rd', Card: 4111, long: 'x'.repeat(20_000) })
    await upstream.behave({ call: 'rpc_error' })
    await expect(agent.call('old__add')).rejects.toThrow('add cannot do that')
    await upstream.behave({ call: 'ok' })
    const [failed, said, before] = await atLeast(omni2, 3)
    const story = (call?: CallView) => omni2.api.getCall({ params: { id: call?.id ?? 0 } })
    expect(await story(before)).toMatchObject({ arguments: null, result: null })
    const kept = await story(said)
    expect(kept).toMatchObject({ ...said, arguments: { truncated: true, kept_bytes: 16_384 } })
    expect(kept.arguments?.text).toMatch(/^\{"text":"a","password":"\*\*\*","Card":"\*\*\*","long":"xxx/)
    expect(kept.arguments?.text).toHaveLength(16_384)
    expect(kept.result).toMatchObject({ truncated: true })
    expect(JSON.stringify(kept)).not.toMatch(/p4ssw0rd|4111/)
    expect(JSON.parse((await story(failed)).result?.text ?? '')).toMatchObject({ error: { code: -32_602 } })
    await expect(omni2.api.getCall({ params: { id: 99 } })).rejects.toMatchObject({ problem: { status: 404 } })
    const env = { OMNI2_URL: omni2.url, OMNI2_TOKEN: omni2.adminToken }
    expect((await runCli(['calls', String(said?.id)], { env })).out).toMatch(
      /Called +echo of old\n(.*\n)+Outcome +Done\. .*\n(.*\n)+Arguments +\{"text":"a",.* \(cut after 16 KiB\)\nResult /,
    )
  })

  given('kill -9 loses the calls of the last second at most', async () => {
    const home = await newHome(database)
    const { omni2, place } = await begin(home)
    const agent = await legacyClient(place)
    const ended: number[] = []
    const stopAt = Date.now() + LOSS_MS + 2_000
    while (Date.now() < stopAt) {
      await agent.call('old__echo', { text: 'a' })
      ended.push(Date.now())
    }
    process.kill(omni2.process.pid ?? Number.NaN, 'SIGKILL')
    const killedAt = Date.now()
    await omni2.process.end()
    const again = await start(home)
    const { total } = await again.api.getCallSummary()
    expect(total.calls).toBeLessThanOrEqual(ended.length)
    expect(total.calls).toBeGreaterThanOrEqual(ended.filter((at) => at < killedAt - LOSS_MS).length)
    expect(total.calls).toBeGreaterThan(0)
  })
})

test('calls are followed live, counted for Prometheus, and seen beside their server', async () => {
  const { omni2, id, place } = await begin(await newHome('SQLite'))
  using live = await omni2.live('?follow=calls')
  using other = await omni2.live()
  expect(await omni2.api.getServer({ params: { id }, query: { include: 'traffic' } })).toMatchObject({ traffic: null })
  await using agent = await legacyClient(place)
  for (let n = 0; n < 3; n++) await agent.call('old__echo', { text: 'a' })
  const followed = (): CallView[] =>
    live.messages.flatMap((message) => ('type' in message && message.type === 'calls' ? message.calls : []))
  while (followed().length < 3) await once(live.socket, 'message')
  expect(followed().toReversed()).toEqual(await callsOf(omni2))
  expect(other.messages.some((message) => 'type' in message && message.type === 'calls')).toBe(false)
  const metrics = await (await omni2.fetch('/metrics')).text()
  expect(metrics).toContain('omni2_calls_total{server="old",outcome="ok"} 3\n')
  expect(metrics).toContain('omni2_call_duration_seconds_count{server="old"} 3\n')
  const server = await omni2.api.getServer({ params: { id }, query: { include: 'traffic' } })
  expect(server.traffic).toEqual({ calls: 3, per_minute: 0.6, error_ratio: 0, window_seconds: 300 })
  expect((await omni2.fetch('/ws?follow=everything')).status).toBe(422)
})
