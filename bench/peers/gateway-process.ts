import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

type Command = {
  readonly port: number
  /** The program and its arguments. */
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const PATIENCE_MS = 60_000
const LOOK_MS = 100

/** A gateway as its makers start it, on one core. Ends, with its children, with its `await using` block. */
export class GatewayProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly port: number

  /** Resolves once it listens. @throws when it ends instead. */
  static async start({ port, words, env = {} }: Command): Promise<GatewayProcess> {
    const child = spawn('taskset', ['-c', '1', ...words], {
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, ...env },
    })
    const gateway = new GatewayProcess(child, port)
    try {
      await gateway.#listening()
      return gateway
    } catch (error) {
      await gateway[Symbol.asyncDispose]()
      throw error
    }
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
    // Nothing is left when this process ends before its time.
    process.once('exit', () => this.#kill())
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return
    const gone = once(this.#child, 'exit')
    this.#kill()
    await gone
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #kill(): void {
    if (!this.#ended && this.#child.pid) process.kill(-this.#child.pid, 'SIGKILL')
  }

  async #listening(): Promise<void> {
    const deadline = AbortSignal.timeout(PATIENCE_MS)
    while (!(await accepts(this.port))) {
      if (this.#ended || deadline.aborted) throw new Error(`${this.#child.spawnargs.join(' ')} does not listen`)
      await setTimeout(LOOK_MS)
    }
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
