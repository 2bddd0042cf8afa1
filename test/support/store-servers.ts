import { expect, test } from 'vitest'
import { timestamp } from '../../src/core/clock.ts'
import { Secret } from '../../src/core/config/secret.ts'
import type { Store } from '../../src/core/ports.ts'
import type { Bench } from './store-contract.ts'
import {
  A,
  aCheck,
  aDeletion,
  aServer,
  aState,
  at,
  B,
  C,
  capabilitiesSaved,
  checkLogged,
  failure,
  plantedSecrets,
  saved,
  sinceListed,
  someCapabilities,
  stateSaved,
  storedAlone,
  told,
} from './store-samples.ts'

/** Every secret and text anywhere within, in the clear. */
function secretsOf(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()]
  if (Array.isArray(value)) return value.map(String)
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(secretsOf)
}

const asShown = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export function serverTests(bench: () => Bench): void {
  test('a server comes back with its state, identity and capabilities', async () => {
    const { store, open } = bench()
    const id = A
    const server = aServer(id, { description: 'x', breakerOverride: { failureThreshold: 2, enabled: false } })
    await store.commit([saved(server), stateSaved(id), capabilitiesSaved(id)])
    const [loaded, ...more] = await (await open()).loadServers()
    expect(more).toEqual([])
    expect(loaded).toEqual({
      server,
      state: aState(),
      identity: {
        era: 'modern',
        protocolVersion: '2026-07-28',
        serverInfo: { name: 'upstream', version: '1.2' },
        instructions: 'Search before you fetch.',
      },
      capabilities: { value: someCapabilities, seenAt: at(8), dates: sinceListed },
    })
    expect(secretsOf(loaded?.server.config.target)).toEqual(['http://upstream.test/mcp'])
  })

  test('every kind of target and auth comes back with its secrets, which still print as before', async () => {
    const { store } = bench()
    const { secrets, configs } = plantedSecrets()
    const ids = await store.reserveServerIds(configs.length)
    const servers = ids.map((id, index) => aServer(id, configs[index]))
    await store.commit(servers.map(saved))
    const loaded = await store.loadServers()
    expect(asShown(loaded.map(({ server }) => server))).toEqual(asShown(servers))
    const revealed = loaded.flatMap(({ server: { config } }) => [
      ...secretsOf(config.target),
      ...secretsOf(config.auth),
    ])
    for (const secret of secrets) expect(revealed.join(' ')).toContain(secret)
  })

  test('every kind of state comes back', async () => {
    const { store } = bench()
    const id = A
    await store.commit([saved(aServer(id))])
    const states = [
      { admin: { kind: 'active' }, circuit: { kind: 'closed', failures: 1, cycles: 0 } },
      { circuit: { kind: 'half_open', openedAt: at(), failures: 5, cycles: 1, failedCanaries: 0 } },
      { health: { kind: 'up', failures: 2 }, downSince: undefined, lastSuccessAt: at(1) },
      { health: { kind: 'unknown', cause: 'stale' }, responseTimeMs: undefined },
    ] as const
    for (const state of states) {
      await store.commit([stateSaved(id, state)])
      expect((await store.loadServers())[0]?.state).toEqual(aState(state))
    }
  })

  test('saving a server again changes its configuration and keeps its state', async () => {
    const { store } = bench()
    const id = A
    await store.commit([saved(aServer(id)), stateSaved(id)])
    const changed = { ...aServer(id, { name: 'moved', timeoutMs: 5 }), revision: 2, updatedAt: at(9) }
    await store.commit([saved(changed)])
    const [loaded] = await store.loadServers()
    expect([loaded?.server, loaded?.state]).toEqual([changed, aState()])
  })

  test('deleting a server takes its state, log and capabilities, and leaves its events', async () => {
    const { store } = bench()
    const id = A
    await store.commit([saved(aServer(id)), stateSaved(id), capabilitiesSaved(id), checkLogged(id)])
    await store.commit([{ type: 'server_deleted', serverId: id }, told(aDeletion('github'))])
    expect(await store.loadServers()).toEqual([])
    expect(await store.checks({ serverId: id, limit: 10 })).toEqual([])
    expect(await store.events({ sinceSeq: 0, limit: 10 })).toHaveLength(1)
  })

  test('an id is never given twice', async () => {
    const { store, open } = bench()
    const first = await store.reserveServerIds(3)
    await store.commit(first.map((id) => saved(aServer(id))))
    await store.commit(first.map((serverId) => ({ type: 'server_deleted', serverId })))
    const second = await (await open()).reserveServerIds(2)
    expect([...first, ...second]).toEqual([1, 2, 3, 4, 5])
  })

  test('a name that is taken is a conflict that says which, and nothing of that commit is stored', async () => {
    const { store } = bench()
    const [a, b, c] = [A, B, C]
    await store.commit([saved(aServer(a, { name: 'taken' }))])
    const commit = store.commit([
      saved(aServer(b, { name: 'free' })),
      saved(aServer(c, { name: 'taken' })),
      told(aDeletion('x')),
    ])
    await expect(commit).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('"taken"') })
    expect((await store.loadServers()).map(({ server }) => server.config.name)).toEqual(['taken'])
    expect(await store.eventRange()).toEqual({ oldest: 1, newest: 0 })
  })

  test('two servers of one commit cannot have one name', async () => {
    const { store } = bench()
    const ids = await store.reserveServerIds(2)
    const commit = store.commit(ids.map((id) => saved(aServer(id, { name: 'twin' }))))
    await expect(commit).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('"twin"') })
  })

  test('a name that a deletion frees can be taken in the same commit', async () => {
    const { store } = bench()
    const [a, b] = [A, B]
    await store.commit([saved(aServer(a, { name: 'same' }))])
    await store.commit([{ type: 'server_deleted', serverId: a }, saved(aServer(b, { name: 'same' }))])
    expect((await store.loadServers()).map(({ server }) => server.id)).toEqual([b])
  })

  test('what comes late for a deleted server is left out, and the rest is stored', async () => {
    const { store } = bench()
    const [gone, here] = [A, B]
    await store.commit([saved(aServer(gone)), saved(aServer(here))])
    await store.commit([{ type: 'server_deleted', serverId: gone }])
    const late = [stateSaved(gone), checkLogged(gone), capabilitiesSaved(gone)]
    await store.commit([...late, checkLogged(here), told(aDeletion('x'))])
    expect(await store.checks({ serverId: gone, limit: 10 })).toEqual([])
    expect(await store.checks({ serverId: here, limit: 10 })).toHaveLength(1)
    expect(await store.eventRange()).toEqual({ oldest: 1, newest: 1 })
  })

  test('a batch of many servers and changes is one commit', async () => {
    const { store } = bench()
    const ids = await store.reserveServerIds(250)
    await store.commit(
      ids.flatMap((id) => [saved(aServer(id)), stateSaved(id), checkLogged(id), capabilitiesSaved(id)]),
    )
    await store.commit(ids.flatMap((id) => [stateSaved(id, { generation: 7 }), stateSaved(id, { generation: 8 })]))
    const loaded = await store.loadServers()
    expect(loaded.map(({ server }) => server.id)).toEqual(ids)
    expect(new Set(loaded.map(({ state }) => state?.generation))).toEqual(new Set([8]))
  })

  test('checks come newest first, by filter and cursor', async () => {
    const { store } = bench()
    const [id, other] = [A, B]
    const failed = {
      outcome: 'connect',
      status: 'disconnected',
      trigger: 'manual',
      failure,
      toolCount: undefined,
    } as const
    await store.commit([
      saved(aServer(id)),
      saved(aServer(other)),
      checkLogged(id, { at: at(1) }),
      checkLogged(other, { at: at(2) }),
      checkLogged(id, { at: at(3), ...failed }),
      checkLogged(id, { at: at(4) }),
    ])
    const all = await store.checks({ serverId: id, limit: 10 })
    expect(all.map(({ id: _, ...check }) => check)).toEqual([
      storedAlone(aCheck(id, { at: at(4) })),
      storedAlone(aCheck(id, { at: at(3), ...failed })),
      storedAlone(aCheck(id, { at: at(1) })),
    ])
    const times = async (query: Partial<Parameters<Store['checks']>[0]>) =>
      (await store.checks({ serverId: id, limit: 10, ...query })).map((check) => check.at)
    expect(await times({ limit: 1 })).toEqual([at(4)])
    expect(await times({ beforeId: all[0]?.id })).toEqual([at(3), at(1)])
    expect(await times({ outcome: ['connect', 'auth'] })).toEqual([at(3)])
    expect(await times({ status: ['healthy'] })).toEqual([at(4), at(1)])
    expect(await times({ trigger: ['manual'] })).toEqual([at(3)])
    expect(await times({ trigger: ['manual'], status: ['healthy'] })).toEqual([])
    expect(await times({ status: [] })).toEqual([])
  })

  test('times are stored in whole milliseconds, however fine the clock', async () => {
    const { store } = bench()
    const id = A
    const [event] = await store.commit([
      saved(aServer(id)),
      checkLogged(id, { at: timestamp(at() + 0.25) }),
      { type: 'event', event: aDeletion('x'), at: timestamp(at() + 0.75) },
    ])
    expect(event?.at).toBe(at())
    expect(await store.checks({ serverId: id, limit: 1 })).toMatchObject([{ at: at() }])
    expect(await store.events({ sinceSeq: 0, limit: 1 })).toEqual([event])
  })

  test('a setting is what was saved last', async () => {
    const { store } = bench()
    expect(await store.setting('breaker')).toBeUndefined()
    await store.commit([{ type: 'setting_saved', key: 'breaker', value: { enabled: true } }])
    await store.commit([
      { type: 'setting_saved', key: 'breaker', value: { enabled: false, list: [1, null] } },
      { type: 'setting_saved', key: 'nothing', value: null },
    ])
    expect(await store.setting('breaker')).toEqual({ enabled: false, list: [1, null] })
    expect(await store.setting('nothing')).toBeNull()
  })
}
