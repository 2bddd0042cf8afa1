import type { Kysely } from 'kysely'
import type { Dialect, Tables } from '../schema.ts'

/** As in the first migration. */
const INTEGER = { sqlite: 'integer', postgres: 'bigint' } as const

/** What there is to tell of one call: why it was not done, how long it waited, and what was said. */
export async function callStories(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const integer = INTEGER[dialect]
  await db.schema.alterTable('call').addColumn('reason', 'text').execute()
  await db.schema.alterTable('call').addColumn('waited_us', integer).execute()
  await db.schema
    .createTable('call_payload')
    .addColumn('call_id', integer, (c) => c.primaryKey().references('call.id').onDelete('cascade'))
    .addColumn('at', integer, (c) => c.notNull())
    .addColumn('arguments', 'text', (c) => c.notNull())
    .addColumn('arguments_truncated', integer, (c) => c.notNull())
    .addColumn('result', 'text')
    .addColumn('result_truncated', integer, (c) => c.notNull())
    .execute()
  await db.schema.createIndex('call_payload_at').on('call_payload').column('at').execute()
}
