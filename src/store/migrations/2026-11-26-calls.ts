import type { Kysely } from 'kysely'
import type { Dialect, Tables } from '../schema.ts'

/** As in the first migration. */
const INTEGER = { sqlite: 'integer', postgres: 'bigint' } as const

/** What agents asked of servers through the gateway. */
export async function calls(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const integer = INTEGER[dialect]
  await db.schema
    .createTable('call')
    .addColumn('id', integer, (c) => c.primaryKey())
    .addColumn('at', integer, (c) => c.notNull())
    .addColumn('token_id', integer, (c) => c.notNull())
    .addColumn('endpoint', 'text', (c) => c.notNull())
    .addColumn('server_id', integer, (c) => c.notNull())
    .addColumn('server', 'text', (c) => c.notNull())
    .addColumn('method', 'text', (c) => c.notNull())
    .addColumn('target', 'text')
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('duration_us', integer, (c) => c.notNull())
    .addColumn('speed', integer, (c) => c.notNull())
    .addColumn('bytes_in', integer, (c) => c.notNull())
    .addColumn('bytes_out', integer, (c) => c.notNull())
    .addColumn('client_version', 'text', (c) => c.notNull())
    .addColumn('server_version', 'text')
    .addColumn('trace_id', 'text')
    .execute()
  const index = (name: string, columns: string[]) => db.schema.createIndex(name).on('call').columns(columns).execute()
  await index('call_at', ['at'])
  await index('call_newest_of_server', ['server_id', 'id desc'])
}
