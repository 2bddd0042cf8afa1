import { type Timestamp, timestamp } from '../../core/clock.ts'
import type { ServerConfig } from '../../core/config/server.ts'
import { AppError } from '../../core/errors.ts'
import type { Vault } from '../../core/ports.ts'
import type { Database } from '../database.ts'
import { type SchemaVersion, schemaVersion } from '../migrations.ts'
import { type Home, openToLook, withDatabase } from '../open-database.ts'
import { readServer } from '../stored-server.ts'
import { findDamage } from './damage.ts'
import { placeOf, sizeOf } from './status.ts'

export type Contents = {
  /** Of servers that are not disabled; none with a key that does not fit. */
  readonly configs: readonly ServerConfig[]
  /** `wrong`: why, in words with what to do. */
  readonly key: { readonly state: 'fits' | 'unused' } | { readonly state: 'wrong'; readonly why: string }
}

/** What can be told of a database within seconds. */
export type Glance = {
  readonly place: string
  readonly schema: SchemaVersion
  /** Of a large database only what opening it shows. */
  readonly damage: readonly string[]
  /** Of the newest event. */
  readonly newestAt: Timestamp | undefined
  /** Undefined when the schema is not ours, or it is damaged. */
  readonly contents: Contents | undefined
}

/** A file of this size is read within about a second. */
const SMALL_BYTES = 256 * 1024 * 1024

/**
 * Looks and changes nothing. `openVault` is asked for when there is something to decrypt.
 * @throws AppError 'unavailable' when the database cannot be reached or is no database.
 */
export const glanceAt = (home: Home, openVault: () => Promise<Vault>): Promise<Glance> =>
  withDatabase(openToLook(home), async (database) => {
    const isSmall = home.databaseUrl === undefined && (await sizeOf(home, database)) <= SMALL_BYTES
    const damage = isSmall ? await findDamage(database) : []
    const schema = await schemaVersion(database.db, database.dialect)
    const isOurs = schema.pending.length === 0 && schema.unknown.length === 0 && damage.length === 0
    return {
      place: placeOf(home),
      schema,
      damage,
      newestAt: isOurs ? await newestAt(database) : undefined,
      contents: isOurs ? await readContents(database, openVault) : undefined,
    }
  })

async function newestAt({ db }: Database): Promise<Timestamp | undefined> {
  const row = await db.selectFrom('event').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  return row && timestamp(row.at)
}

async function readContents({ db }: Database, openVault: () => Promise<Vault>): Promise<Contents> {
  const rows = await db.selectFrom('server').selectAll().execute()
  if (rows.length === 0) return { configs: [], key: { state: 'unused' } }
  const disabled = await db.selectFrom('server_state').select('server_id').where('status', '=', 'disabled').execute()
  const off = new Set(disabled.map((row) => row.server_id))
  try {
    const vault = await openVault()
    const servers = rows.map((row) => readServer(row, vault))
    return { configs: servers.filter(({ id }) => !off.has(id)).map(({ config }) => config), key: { state: 'fits' } }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { configs: [], key: { state: 'wrong', why: error.message } }
  }
}
