import type { Kysely } from 'kysely'
import type { Tables } from '../schema.ts'

/** Every commit gets a number, so that one whose answer was lost can be looked for. */
export async function numberedCommits(db: Kysely<Tables>): Promise<void> {
  await db.insertInto('counter').values({ name: 'commit', value: 0 }).execute()
}
