import type { Kysely } from 'kysely'
import type { Tables } from './schema.ts'

type Kind = Tables['counter']['name']

/** Takes `count` numbers in a row that were never given out and returns the last; a transaction that fails gives them back. */
export const takeNumbers = (db: Kysely<Tables>, name: Kind, count: number) =>
  db
    .updateTable('counter')
    .set(({ eb }) => ({ value: eb('value', '+', count) }))
    .where('name', '=', name)
    .returning('value')

/** The last number given out, 0 before the first. */
export async function lastNumber(db: Kysely<Tables>, name: Kind): Promise<number> {
  const { value } = await db.selectFrom('counter').select('value').where('name', '=', name).executeTakeFirstOrThrow()
  return value
}
