import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { expect, test } from 'vitest'
import { timestamp } from '../core/clock.ts'
import { serverId } from '../core/ids.ts'
import { planCommit } from './commit-plan.ts'
import type { Tables } from './schema.ts'
import { saveIncidents } from './write-history.ts'

const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (all) => new SqliteIntrospector(all),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

test('incidents end by one statement, whenever and of whatever server', () => {
  const { incidents } = planCommit([
    { type: 'incident_ended', serverId: serverId(1), at: timestamp(1_000), by: 'scheduled' },
    { type: 'incident_ended', serverId: serverId(2), at: timestamp(2_000), by: 'scheduled' },
  ])
  const statements = saveIncidents(db, { ...planCommit([]), incidents })
  expect(new Set(statements.map(({ sql }) => sql)).size).toBe(1)
})
