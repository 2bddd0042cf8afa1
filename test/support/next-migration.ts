import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Database } from '../../src/store/database.ts'
import { migrations } from '../../src/store/migrations.ts'

/** Ours and a next one that changes a table, makes one, and then does `last`. */
export const withNext = ({ dialect }: Database, last: () => Promise<void>): Record<string, Migration> => ({
  ...migrations(dialect),
  '2999-01-01-next': {
    async up(db) {
      await sql`alter table event add column colour text`.execute(db)
      await sql`update event set colour = 'red'`.execute(db)
      await sql`create table novelty (id integer primary key)`.execute(db)
      await last()
    },
  },
})
