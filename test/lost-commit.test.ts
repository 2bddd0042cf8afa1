import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../src/core/config/secret.ts'
import { openStore } from '../src/store/open-store.ts'
import { AesVault } from '../src/store/vault.ts'
import { CuttingProxy, type Fate } from './support/cutting-proxy.ts'
import { findPostgres, type Postgres, startPostgres } from './support/postgres.ts'
import { A, aDeletion, aServer, checkLogged, saved, told } from './support/store-samples.ts'

const source = findPostgres()
let postgres: Postgres | undefined
let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-lost-commit-'))
  postgres = source && (await startPostgres(source))
})
afterAll(async () => {
  await postgres?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

test.skipIf(source === undefined).each<Fate>(['arrives', 'arrives late', 'is lost'])(
  'a commit whose connection is cut is stored once, though its COMMIT %s',
  async (fate) => {
    if (!postgres) throw new Error('PostgreSQL was not started')
    await using proxy = await CuttingProxy.before(await postgres.freshDatabase())
    const store = await openStore({
      databaseUrl: new Secret(proxy.url),
      dataDir,
      vault: new AesVault(Buffer.alloc(32, 1)),
    })
    try {
      await store.commit([saved(aServer(A)), told(aDeletion('before'))])
      proxy.cutNextCommit(fate)
      const cut = store.commit([checkLogged(A), told(aDeletion('cut'))])
      const after = store.commit([told(aDeletion('after'))])
      expect([(await cut).map(({ seq }) => seq), (await after).map(({ seq }) => seq)]).toEqual([[2], [3]])
      expect(proxy.hasCut).toBe(true)
      const events = await store.events({ sinceSeq: 0, limit: 10 })
      expect(events.map(({ event }) => 'serverName' in event && event.serverName)).toEqual(['before', 'cut', 'after'])
      expect(await store.checks({ serverId: A, limit: 10 })).toHaveLength(1)
    } finally {
      await store.close()
    }
  },
)
