import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { PostgresDatabases } from './postgres-databases.ts'

/** Where `initdb` and `postgres` are: installed on this machine, or brought by npm. */
export type PostgresBinaries = { readonly kind: 'installed' | 'embedded'; readonly bin: string }

const run = promisify(execFile)
/** Any unprivileged user: PostgreSQL refuses to run as root. */
const NOBODY = 65_534
const USER = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
const Links = z.array(z.object({ source: z.string(), target: z.string() }))

/** A PostgreSQL server of a test's own: stopped, frozen and ended as it likes. */
export class OwnPostgres {
  readonly #folder: string
  readonly #bin: string
  readonly #databases: PostgresDatabases
  readonly #cleanUp = () => {
    this.resume()
    this.#server?.kill('SIGQUIT')
    rmSync(this.#folder, { recursive: true, force: true })
  }
  #server: ChildProcess | undefined
  #frozen: readonly number[] = []

  static async start({ kind, bin }: PostgresBinaries): Promise<OwnPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'omni2-pg-'))
    if (USER.uid !== undefined) chownSync(folder, USER.uid, USER.gid)
    const server = new OwnPostgres(folder, kind === 'embedded' ? usable(bin, folder) : bin)
    const how = ['-U', 'omni2', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N']
    await run(join(server.#bin, 'initdb'), ['-D', server.#data, ...how], USER)
    process.once('exit', server.#cleanUp)
    await server.startAgain()
    return server
  }

  private constructor(folder: string, bin: string) {
    this.#folder = folder
    this.#bin = bin
    this.#databases = new PostgresDatabases(`postgres://omni2@${encodeURIComponent(folder)}/postgres`)
  }

  freshDatabase(): Promise<string> {
    return this.#databases.fresh()
  }

  query(text: string): Promise<void> {
    return this.#databases.query(text)
  }

  /** Resolves once it accepts connections. */
  async startAgain(): Promise<void> {
    // Only a socket in our folder: no port to collide on. Durability is the server's own business, not tested here.
    const options = ['listen_addresses=', `unix_socket_directories=${this.#folder}`, 'fsync=off']
    const server = spawn(
      join(this.#bin, 'postgres'),
      ['-D', this.#data, ...options.flatMap((option) => ['-c', option])],
      { ...USER, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#server = server
    await listening(server)
  }

  /** `SIGINT` ends every connection in order, `SIGQUIT` as if it had crashed. */
  async shutDown(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    if (!this.#server) return
    this.resume()
    const ended = once(this.#server, 'exit')
    this.#server.kill(signal)
    await ended
    this.#server = undefined
  }

  /** It takes connections and answers nothing, as on a machine that hangs. */
  freeze(): void {
    const main = this.#server?.pid
    if (main === undefined) throw new Error('PostgreSQL does not run')
    process.kill(main, 'SIGSTOP')
    const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').trim().split(' ').map(Number)
    this.#frozen = [main, ...children]
    for (const pid of children) process.kill(pid, 'SIGSTOP')
  }

  resume(): void {
    // The main process last: a child that has ended stays to be signalled until then.
    for (const pid of this.#frozen.toReversed()) process.kill(pid, 'SIGCONT')
    this.#frozen = []
  }

  async stop(): Promise<void> {
    await this.shutDown()
    process.off('exit', this.#cleanUp)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }
}

/** Resolves once the server says it accepts connections. */
const listening = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-10_000)
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
