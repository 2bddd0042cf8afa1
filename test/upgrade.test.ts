import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Secret } from '../src/core/config/secret.ts'
import { collectionId } from '../src/core/ids.ts'
import type { Store } from '../src/core/ports.ts'
import { writeBackup } from '../src/store/care/backup.ts'
import { databaseStatus } from '../src/store/care/status.ts'
import { migrations } from '../src/store/migrations.ts'
import type { Home } from '../src/store/open-database.ts'
import { openStore } from '../src/store/open-store.ts'
import { openVault } from '../src/store/vault.ts'
import { breaks, check, history } from './support/journey.ts'
import { SAMPLE_KEY, SAMPLE_TOKEN } from './support/kept-sample.ts'
import { keptSchemas, keptText, loadKept, schemaText } from './support/kept-schema.ts'
import { Omni2 } from './support/omni2.ts'
import { findPostgres, type Postgres, startPostgres } from './support/postgres.ts'
import { restoring, unwatched } from './support/restoring.ts'
import { A, C } from './support/store-samples.ts'

const source = findPostgres()
let postgres: Postgres | undefined
beforeAll(async () => {
  postgres = source && (await startPostgres(source))
})
afterAll(() => postgres?.stop())

type Kind = 'SQLite' | 'PostgreSQL'

async function newHome(database: Kind): Promise<Home> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-upgrade-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  if (database === 'SQLite') return { dataDir }
  if (!postgres) throw new Error('PostgreSQL was not started')
  return { dataDir, databaseUrl: new Secret(await postgres.freshDatabase()) }
}

const vault = ({ dataDir }: Home) => openVault({ dataDir, secretKey: new Secret(SAMPLE_KEY) })

async function withStore<T>(home: Home, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ ...home, vault: await vault(home) })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const summary = async (store: Store) => ({
  servers: (await store.loadServers()).map(({ server, state, capabilities }) => [
    server.config.name,
    state?.admin.kind,
    state?.circuit.kind,
    state?.health.kind,
    capabilities?.value.tools.length,
  ]),
  overrides: (await store.loadServers()).map(({ server }) => server.config.breakerOverride),
  seqs: (await store.events({ sinceSeq: 0, limit: 100 })).map(({ seq }) => seq),
  outcomes: [
    ...(await store.checks({ serverId: A, limit: 9 })),
    ...(await store.checks({ serverId: C, limit: 9 })),
  ].map(({ outcome, count }) => [outcome, count]),
  retention: await store.setting('retention_days'),
  tokens: (await store.tokens()).filter(({ kind, role }) => kind === 'api' && role === 'admin').map(({ name }) => name),
  limits: (await store.tokens()).flatMap(({ limit }) => limit ?? []),
  calls: (await store.calls({ limit: 9 })).map(({ outcome, reason }) => [outcome, reason]),
  said: (await store.call(1))?.payload?.arguments.text,
  collections: (await store.collections()).map(({ config }) => [config.name, config.servers[0]?.serverId]),
})

/** Of a sample that was kept with that schema. */
const kept = (schema: string): Awaited<ReturnType<typeof summary>> => ({
  servers: [
    ['watched', 'active', 'closed', 'up', 2],
    ['off', 'inactive', 'open', 'down', undefined],
    ['dead', 'active', 'open', 'down', undefined],
    ['given-up', 'inactive', 'open', 'down', undefined],
  ],
  overrides: [{}, {}, { failureThreshold: 7 }, {}],
  seqs: [1, 2, 3, 4, 5, 6, 7],
  outcomes: [
    ['ok', 1],
    ['connect', 1],
  ],
  retention: 12,
  tokens: ["the sample's"],
  calls:
    schema < '2026-11-26'
      ? []
      : [
          ['refused', schema < '2026-11-27' ? undefined : 'Its circuit is open'],
          ['ok', undefined],
        ],
  said: schema < '2026-11-27' ? undefined : '{"q":1}',
  ...(schema < '2026-11-25'
    ? { limits: [], collections: [] }
    : { limits: [{ servers: [A], collections: [collectionId(1)] }], collections: [['chosen', A]] }),
})

const CASES = (['SQLite', 'PostgreSQL'] as const).flatMap((database) =>
  keptSchemas().map((schema) => ({ database, schema })),
)

describe.each(CASES)('from $schema on $database', ({ database, schema }) => {
  const given = test.skipIf(database === 'PostgreSQL' && source === undefined)

  given('migrations say what they always said', async () => {
    const text = await schemaText(await newHome(database), schema)
    expect(text).toBe(keptText(schema, database === 'SQLite' ? 'sqlite' : 'postgres'))
  })

  given('everything is there after the upgrade, and in a backup from before it', async () => {
    const home = await newHome(database)
    await loadKept(schema, home)
    const newer = Object.keys(migrations('sqlite')).filter((name) => name > schema)
    expect(await databaseStatus(home)).toMatchObject({ schema: { pending: newer, unknown: [] }, damage: [] })
    const file = path.join(home.dataDir, 'backup.db')
    await writeBackup({ home, file, force: false, ...unwatched })
    expect((await databaseStatus(home)).schema?.pending).toEqual(newer)
    expect(await withStore(home, summary)).toEqual(kept(schema))
    expect((await databaseStatus(home)).schema?.pending).toEqual([])

    const elsewhere = await newHome(database)
    const restored = await restoring(elsewhere, file, { vault: () => vault(elsewhere) })
    expect(restored?.migrated).toEqual(newer)
    expect(await withStore(elsewhere, summary)).toEqual(kept(schema))
  })

  given('Omni2 starts on it, goes on where it was, and checks', async () => {
    const home = await newHome(database)
    await loadKept(schema, home)
    const env = { OMNI2_SECRET_KEY: SAMPLE_KEY, DATABASE_URL: home.databaseUrl?.reveal() ?? '' }
    await using omni2 = await Omni2.start({ dataDir: home.dataDir, env })
    expect(await omni2.as(SAMPLE_TOKEN).getSession()).toMatchObject({ role: 'admin' })
    const { servers } = await omni2.api.listServers()
    const [watched, off, dead, given] = servers
    expect([off?.health_status, dead?.health_status, given?.health_status]).toEqual([
      'disabled',
      'circuit_open',
      'disabled',
    ])
    expect([off?.reason_code, given?.reason_code]).toEqual(['user_disabled', 'auto_disabled'])
    expect((await check(omni2, watched?.id ?? 0)).health_status).toBe('healthy')
    const events = await history(omni2)
    expect([breaks(events), events[0]?.seq, events.length > 7]).toEqual([[], 1, true])
    const { id } = await omni2.api.createServer({ body: { name: 'new', url: 'http://127.0.0.1:9/mcp' } })
    expect(id).toBe(5)
    expect((await omni2.api.listHealthLogs({ params: { id: watched?.id ?? 0 } })).logs.length).toBeGreaterThan(1)
  })
})
