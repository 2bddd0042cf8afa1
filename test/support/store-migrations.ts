import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { migrate, schemaVersion, tableNames } from '../../src/store/migrations.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { withNext } from './next-migration.ts'
import type { Bench, StoreHome } from './store-contract.ts'
import { kill, startChild } from './store-crash.ts'
import { aDeletion, told } from './store-samples.ts'

export function migrationTests(bench: () => Bench): void {
  /** The schema is the earlier one, all is there, and the migration can be made as if nothing had been. */
  async function expectUntouched(home: StoreHome): Promise<void> {
    const database = await openDatabase(home)
    const { db, dialect } = database
    expect((await tableNames(db, dialect)).has('novelty')).toBe(false)
    expect(await schemaVersion(db, dialect)).toMatchObject({ pending: [], unknown: [] })
    const { rows } = await sql<object>`select * from event`.execute(db)
    expect(rows.map((row) => 'colour' in row)).toEqual([false])
    const known = withNext(database, async () => {})
    expect(await migrate(db, dialect, { known })).toEqual(['2999-01-01-next'])
    expect((await sql`select colour from event`.execute(db)).rows).toEqual([{ colour: 'red' }])
    expect(await migrate(db, dialect, { known })).toEqual([])
    await database.close()
  }

  test('a migration that fails midway leaves the earlier schema', async () => {
    const { store, home } = bench()
    await store.commit([told(aDeletion('x'))])
    const database = await openDatabase(home)
    const known = withNext(database, () => Promise.reject(new Error('out of luck')))
    await expect(migrate(database.db, database.dialect, { known })).rejects.toThrow('out of luck')
    await database.close()
    expect(await store.commit([])).toEqual([])
    expect(await store.eventRange()).toEqual({ oldest: 1, newest: 1 })
    await expectUntouched(home)
  })

  test('kill -9 in the middle of a migration leaves the earlier schema', { timeout: 60_000 }, async () => {
    const { store, home } = bench()
    await store.commit([told(aDeletion('x'))])
    await store.close()
    const { child, lines } = startChild('migrate', home)
    await new Promise((resolve) => lines.once('line', resolve))
    await kill(child)
    await expectUntouched(home)
  })
}
