import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, type KyselyConfig, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrate } from '../../src/store/migrations.ts'
import { databaseFile, type Home } from '../../src/store/open-database.ts'
import type { Dialect, Tables } from '../../src/store/schema.ts'
import { sqliteDialect } from '../../src/store/sqlite-dialect.ts'
import { SqliteThread } from '../../src/store/sqlite-thread.ts'

const FOLDER = path.resolve('test/fixtures/schemas')

/** Schemas of which a sample is kept, oldest first, named after their last migration. */
export const keptSchemas = (): readonly string[] => readdirSync(FOLDER).sort()

export const keptText = (name: string, file: 'sqlite' | 'postgres' | 'rows'): string =>
  readFileSync(path.join(FOLDER, name, `${file}.sql`), 'utf8')

/** Makes the database as a version of Omni2 with that schema left it. */
export async function loadKept(name: string, { dataDir, databaseUrl }: Home): Promise<void> {
  if (databaseUrl) {
    const client = new pg.Client({ connectionString: databaseUrl.reveal() })
    await client.connect()
    const schema = keptText(name, 'postgres')
    await client.query(schema + keptText(name, 'rows'))
    for (const [, table] of schema.matchAll(/create table "(\w+)" \("id" bigserial/g)) {
      await client.query(`select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`)
    }
    return await client.end()
  }
  const db = new DatabaseSync(databaseFile(dataDir))
  db.exec(keptText(name, 'sqlite') + keptText(name, 'rows'))
  db.close()
}

/** What the migrations say up to `upTo`, or all of them, to make an empty database. */
export async function schemaText({ dataDir, databaseUrl }: Home, upTo?: string): Promise<string> {
  return databaseUrl
    ? await said(
        new PostgresDialect({ pool: new pg.Pool({ connectionString: databaseUrl.reveal() }) }),
        'postgres',
        upTo,
      )
    : await said(sqliteDialect(await openThread(dataDir)), 'sqlite', upTo)
}

const openThread = (dataDir: string) => SqliteThread.open({ file: path.join(dataDir, 'empty.db'), busyTimeoutMs: 0 })

async function said(dialect: KyselyConfig['dialect'], kind: Dialect, upTo: string | undefined): Promise<string> {
  const statements: string[] = []
  const db = new Kysely<Tables>({
    dialect,
    log: ({ level, query }) => {
      if (level === 'query' && /^(?:create|alter|drop)\b/i.test(query.sql)) statements.push(query.sql)
    },
  })
  await migrate(db, kind, upTo === undefined ? {} : { upTo })
  await db.destroy()
  return `${statements.join(';\n')};\n`
}
