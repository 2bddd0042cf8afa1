import type { Kysely } from 'kysely'
import type { Dialect, Tables } from '../schema.ts'

/** As in the first migration. */
const INTEGER = { sqlite: 'integer', postgres: 'bigint' } as const

/** Collections, and tokens that are limited to some of what there is. */
export async function collections(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const integer = INTEGER[dialect]
  await db.schema
    .createTable('collection')
    .addColumn('id', integer, (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('revision', integer, (c) => c.notNull())
    .addColumn('created_at', integer, (c) => c.notNull())
    .addColumn('updated_at', integer, (c) => c.notNull())
    .execute()
  await db.insertInto('counter').values({ name: 'collection', value: 0 }).execute()
  await db.schema.alterTable('token').addColumn('limited_to', 'text').execute()
}
