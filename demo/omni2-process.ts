import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

const ROOT = path.join(import.meta.dirname, '..')
const require = createRequire(import.meta.url)
const LEASH = require.resolve('./leash.js')
const PROGRAM = path.join(ROOT, 'bin/omni2.cjs')
const START_DEADLINE_MS = 20_000
/** Calls in flight may take 10 s to finish. */
const END_DEADLINE_MS = 20_000
const PAUSE_MS = 50
const KEPT_OUTPUT = 1024 * 1024

type Options = {
  readonly port: number
  readonly dataDir: string
  readonly adminToken: string
  readonly env?: Readonly<Record<string, string>>
  /** A command with its arguments that puts it into other surroundings and becomes it: `prlimit`, `nsenter`. */
  readonly through?: readonly string[]
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[]
  /** The script that is `omni2`: by default the one here. */
  readonly program?: string
}

/** Omni2 itself, as `omni2 serve` would run: the real process, its own database, a clean environment. */
export class Omni2Process {
  readonly url: string
  readonly #child: ChildProcess
  #output = ''

  constructor({ port, dataDir, adminToken, env = {}, through = [], nodeArgs = [], program = PROGRAM }: Options) {
    this.url = `http://127.0.0.1:${port}`
    const node = [process.execPath, '--import', LEASH, ...nodeArgs]
    const serve = [program, 'serve', '--port', `${port}`, '--data-dir', dataDir]
    const [command = '', ...args] = [...through, ...node, ...serve]
    const child = spawn(command, args, {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...foreignEnvironment(), OMNI2_LOG_LEVEL: 'warn', OMNI2_ADMIN_TOKEN: adminToken, ...env },
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.#output = (this.#output + text).slice(-KEPT_OUTPUT)
      })
    }
    this.#child = child
  }
  /** The one-time link it printed on its first start. */
  get signInLink(): string | undefined {
    return /https?:\/\/[^\s"']*[?#&]code=[^\s"']+/.exec(this.#output)?.[0]
  }
  /** @throws with its output when it ends instead, or is not ready in time. */
  async ready(signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(START_DEADLINE_MS)
    while (!(await this.#isReady(signal))) {
      signal.throwIfAborted()
      if (this.#ended) throw new Error(`Omni2 ended instead of starting:\n${this.#output}`)
      if (deadline.aborted) throw new Error(`Omni2 is not ready after ${START_DEADLINE_MS / 1_000} s:\n${this.#output}`)
      await setTimeout(PAUSE_MS, undefined, { signal })
    }
  }
  get child(): ChildProcess {
    return this.#child
  }
  get pid(): number | undefined {
    return this.#child.pid
  }
  /** What it wrote so far, the last MiB. */
  get output(): string {
    return this.#output
  }
  /** Null while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode
  }
  async untilEnd(signal: AbortSignal): Promise<void> {
    if (!this.#ended) await once(this.#child, 'exit', { signal })
  }
  /** Asked first, killed when it takes too long. */
  async end(): Promise<void> {
    if (this.#ended) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const given = new AbortController()
    const late = setTimeout(END_DEADLINE_MS, 'late', { signal: given.signal }).catch(() => 'gone')
    if ((await Promise.race([gone, late])) === 'late') this.#child.kill('SIGKILL')
    given.abort()
    await gone
  }
  get #ended(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null
  }
  async #isReady(signal: AbortSignal): Promise<boolean> {
    const answer = await fetch(`${this.url}/health/ready`, { signal }).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.ok === true
  }
}

/** What the person set for an Omni2 of their own, such as its database, is not for this one. */
const foreignEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('OMNI2_') && name !== 'DATABASE_URL'),
  )

/** `wanted` if nobody has it, else one that nobody has. */
export async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer().listen(port, '127.0.0.1')
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    const address = server.address()
    server.close()
    if (free && address && typeof address === 'object') return address.port
  }
  throw new Error('No free port on 127.0.0.1')
}
