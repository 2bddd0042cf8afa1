import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { z } from 'zod'

export type Recipe = {
  readonly name: string
  /** Script and arguments of `node`; `port` is 0 for any free one. */
  readonly args: (port: number) => readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A command with its arguments that puts it into other surroundings and becomes it. */
  readonly through?: readonly string[]
  /** Of the URL. */
  readonly path: string
}

const Ready = z.object({ listening: z.int() })
const Answer = z.object({ id: z.int(), result: z.unknown() })
const require = createRequire(import.meta.url)
const TETHER = require.resolve('../fixtures/servers/tether.ts')
const START_DEADLINE_MS = 30_000
const KEPT_OUTPUT = 64 * 1024

/**
 * A server in a process of its own, on loopback, leader of its process group. It ends with `kill()`, at the end of an
 * `await using` block, and with the process that started it, however that one ends.
 */
export class ChildServer implements AsyncDisposable {
  readonly #recipe: Recipe
  #child: ChildProcess | undefined
  #port = 0
  #output = ''

  constructor(recipe: Recipe) {
    this.#recipe = recipe
  }
  /** Resolves once it listens. @throws with its output when it ends instead, or does neither in time. */
  async start(): Promise<this> {
    const { name, args, env, through = [] } = this.#recipe
    const [command = '', ...rest] = [...through, process.execPath, '--import', TETHER, ...args(this.#port)]
    const child = spawn(command, rest, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, PORT: `${this.#port}`, ...env },
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => this.#keep(text))
    try {
      this.#port = await listening(child)
    } catch (cause) {
      await this.kill()
      throw new Error(`${name} did not start: ${this.#output}`, { cause })
    }
    return this
  }
  get name(): string {
    return this.#recipe.name
  }
  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.#recipe.path}`
  }
  /** @throws while it is not running. */
  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error(`${this.name} is not running`)
    return pid
  }
  /** What it wrote so far, the last 64 KiB. */
  get output(): string {
    return this.#output
  }
  /** As a crash: the whole group at once. Resolves when it is gone; does nothing when it is already. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined) return
    const gone = ended(child)
    signalGroup(child.pid, 'SIGKILL')
    await gone
  }
  /** Resolves when it is not running, or stops doing so. */
  async untilEnd(signal?: AbortSignal): Promise<void> {
    const child = this.#child
    if (child && !hasEnded(child)) await once(child, 'exit', signal ? { signal } : {})
  }
  /** On the same port. */
  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }
  /** It neither answers nor ends until `resume()`: accepted connections hang. */
  pause(): void {
    signalGroup(this.pid, 'SIGSTOP')
  }
  resume(): void {
    signalGroup(this.pid, 'SIGCONT')
  }
  /** Only for our own fixtures; resolves when it obeyed. @throws when it ends instead. */
  async command(command: string, input: unknown = null): Promise<unknown> {
    const child = this.#child
    if (!child) throw new Error(`${this.name} is not running`)
    return ask(child, command, input)
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-KEPT_OUTPUT)
  }
}

let lastCommand = 0

/** Has a process that `obey`s do something; resolves with its answer. @throws when it ends instead. */
export async function ask(child: ChildProcess, command: string, input: unknown): Promise<unknown> {
  const id = ++lastCommand
  const answer = messageFrom(child, (message) => {
    const parsed = Answer.safeParse(message)
    return parsed.data?.id === id ? parsed.data : undefined
  })
  child.send({ id, command, input })
  return (await answer).result
}

const listening = async (child: ChildProcess): Promise<number> =>
  (await messageFrom(child, (message) => Ready.safeParse(message).data, AbortSignal.timeout(START_DEADLINE_MS)))
    .listening

/** The first message that `pick` takes. @throws when the process ends or the signal aborts before. */
async function messageFrom<T>(
  child: ChildProcess,
  pick: (message: unknown) => T | undefined,
  signal?: AbortSignal,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const onMessage = (message: unknown) => {
    const picked = pick(message)
    if (picked !== undefined) resolve(picked)
  }
  const onExit = (code: number | null, by: string | null) => reject(new Error(`It ended with ${code ?? by}`))
  const onAbort = () => reject(signal?.reason)
  child.on('message', onMessage).once('exit', onExit).once('error', reject)
  signal?.addEventListener('abort', onAbort)
  try {
    return await promise
  } finally {
    child.off('message', onMessage).off('exit', onExit).off('error', reject)
    signal?.removeEventListener('abort', onAbort)
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

async function ended(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await once(child, 'exit')
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
