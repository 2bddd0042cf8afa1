import type { Kysely } from 'kysely'
import type { Dialect, Tables } from '../schema.ts'

/** SQLite's `integer` holds 64 bits and is the row id as a primary key; PostgreSQL's holds 32 and does not count. */
const TYPES = {
  sqlite: { integer: 'integer', counting: 'integer' },
  postgres: { integer: 'bigint', counting: 'bigserial' },
} as const

export async function first(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await createServers(db, dialect)
  await createHistory(db, dialect)
  await createTokens(db, dialect)
  await db.schema
    .createTable('counter')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', TYPES[dialect].integer, (c) => c.notNull())
    .execute()
  await db
    .insertInto('counter')
    .values([
      { name: 'server', value: 0 },
      { name: 'event', value: 0 },
      { name: 'token', value: 0 },
    ])
    .execute()
  await db.schema
    .createTable('setting')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute()
}

async function createServers(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const { integer } = TYPES[dialect]
  await db.schema
    .createTable('server')
    .addColumn('id', integer, (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('config', 'text', (c) => c.notNull())
    .addColumn('sealed', 'text', (c) => c.notNull())
    .addColumn('revision', integer, (c) => c.notNull())
    .addColumn('created_at', integer, (c) => c.notNull())
    .addColumn('updated_at', integer, (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('server_state')
    .addColumn('server_id', integer, (c) => c.primaryKey().references('server.id').onDelete('cascade'))
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('identity', 'text')
    .execute()
  await db.schema
    .createTable('capabilities')
    .addColumn('server_id', integer, (c) => c.primaryKey().references('server.id').onDelete('cascade'))
    .addColumn('seen_at', integer, (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .execute()
}

async function createHistory(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const { integer, counting } = TYPES[dialect]
  await db.schema
    .createTable('check_log')
    .addColumn('id', counting, (c) => c.primaryKey())
    .addColumn('server_id', integer, (c) => c.notNull().references('server.id').onDelete('cascade'))
    .addColumn('at', integer, (c) => c.notNull())
    .addColumn('trigger', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('response_time_ms', 'double precision', (c) => c.notNull())
    .addColumn('tool_count', integer)
    .addColumn('detail', 'text', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('check_log_newest').on('check_log').columns(['server_id', 'id desc']).execute()
  await db.schema.createIndex('check_log_at').on('check_log').column('at').execute()
  await db.schema
    .createTable('event')
    .addColumn('seq', integer, (c) => c.primaryKey())
    .addColumn('at', integer, (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('server_id', integer)
    .addColumn('server_name', 'text')
    .addColumn('body', 'text', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('event_at').on('event').column('at').execute()
}

async function createTokens(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const { integer } = TYPES[dialect]
  await db.schema
    .createTable('token')
    .addColumn('id', integer, (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('parent_id', integer, (c) => c.references('token.id').onDelete('cascade'))
    .addColumn('created_at', integer, (c) => c.notNull())
    .addColumn('expires_at', integer)
    .addColumn('last_used_at', integer)
    .execute()
  await db.schema.createIndex('token_parent').on('token').column('parent_id').execute()
}
