import type { Kysely } from 'kysely'
import type { Dialect, Tables } from '../schema.ts'

/** As in the first migration. */
const TYPES = {
  sqlite: { integer: 'integer', counting: 'integer' },
  postgres: { integer: 'bigint', counting: 'bigserial' },
} as const

/** When tools, prompts and resources were first seen, and what changed in them. */
export async function capabilityHistory(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const { integer, counting } = TYPES[dialect]
  await db.schema.alterTable('capabilities').addColumn('dates', 'text').execute()
  await db.schema
    .createTable('capability_change')
    .addColumn('id', counting, (c) => c.primaryKey())
    .addColumn('server_id', integer, (c) => c.notNull().references('server.id').onDelete('cascade'))
    .addColumn('at', integer, (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('change', 'text', (c) => c.notNull())
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .addColumn('truncated', 'integer', (c) => c.notNull())
    .addColumn('omitted', 'integer', (c) => c.notNull())
    .addColumn('size', 'integer', (c) => c.notNull())
    .execute()
  const index = (name: string, columns: string[]) =>
    db.schema.createIndex(name).on('capability_change').columns(columns).execute()
  await index('capability_change_newest', ['server_id', 'id desc'])
  await index('capability_change_at', ['at'])
}
