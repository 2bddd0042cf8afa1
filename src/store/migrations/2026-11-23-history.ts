import { type Kysely, sql } from 'kysely'
import type { Dialect, Tables } from '../schema.ts'

/** As in the first migration. */
const TYPES = {
  sqlite: { integer: 'integer', counting: 'integer' },
  postgres: { integer: 'bigint', counting: 'bigserial' },
} as const

/** What a check can say, as it was then. */
const OUTCOMES = ['ok', 'connect', 'protocol', 'auth', 'throttled', 'app_error', 'cancelled', 'inconclusive'] as const

/** Runs of checks in the log; spans, roll-ups and incidents. */
export async function history(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await addRuns(db, dialect)
  await createIncidents(db, dialect)
  await createSpans(db, dialect)
}

async function addRuns(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const { integer } = TYPES[dialect]
  const log = () => db.schema.alterTable('check_log')
  await log()
    .addColumn('count', integer, (c) => c.notNull().defaultTo(1))
    .execute()
  await log().addColumn('until', integer).execute()
  await log().addColumn('fastest_ms', 'double precision').execute()
  await log().addColumn('slowest_ms', 'double precision').execute()
  await db.schema
    .createIndex('check_log_run')
    .on('check_log')
    .columns(['server_id', 'at'])
    .unique()
    .where(sql.ref('until'), 'is not', null)
    .execute()
}

async function createIncidents(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const { integer, counting } = TYPES[dialect]
  await db.schema
    .createTable('incident')
    .addColumn('id', counting, (c) => c.primaryKey())
    .addColumn('server_id', integer, (c) => c.notNull().references('server.id').onDelete('cascade'))
    .addColumn('started_at', integer, (c) => c.notNull())
    .addColumn('cause', 'text', (c) => c.notNull())
    .addColumn('worst', 'text', (c) => c.notNull())
    .addColumn('cycles', integer, (c) => c.notNull())
    .addColumn('ended_at', integer)
    .addColumn('ended_by', 'text')
    .execute()
  await db.schema.createIndex('incident_newest').on('incident').columns(['server_id', 'id desc']).execute()
  await db.schema.createIndex('incident_ended').on('incident').column('ended_at').execute()
  await db.schema
    .createIndex('incident_open')
    .on('incident')
    .column('server_id')
    .unique()
    .where(sql.ref('ended_at'), 'is', null)
    .execute()
}

/** Small rows in great number: kept in the order they are read, without a second copy of their key. */
async function createSpans(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const { integer } = TYPES[dialect]
  const end = dialect === 'sqlite' ? sql`without rowid` : sql``
  await db.schema
    .createTable('span')
    .addColumn('server_id', integer, (c) => c.notNull().references('server.id').onDelete('cascade'))
    .addColumn('started_at', integer, (c) => c.notNull())
    .addColumn('ended_at', integer, (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('span_key', ['server_id', 'started_at'])
    .modifyEnd(end)
    .execute()
  let rollUp = db.schema
    .createTable('roll_up')
    .addColumn('server_id', integer, (c) => c.notNull().references('server.id').onDelete('cascade'))
    .addColumn('size', 'text', (c) => c.notNull())
    .addColumn('started_at', integer, (c) => c.notNull())
    .addColumn('up_ms', integer, (c) => c.notNull())
    .addColumn('down_ms', integer, (c) => c.notNull())
    .addColumn('latency', 'text', (c) => c.notNull())
  for (const outcome of OUTCOMES) rollUp = rollUp.addColumn(outcome, 'integer', (c) => c.notNull())
  await rollUp.addPrimaryKeyConstraint('roll_up_key', ['server_id', 'size', 'started_at']).modifyEnd(end).execute()
}
