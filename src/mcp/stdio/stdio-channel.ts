import { setTimeout } from 'node:timers/promises'
import type { JsonObject } from '../../core/capabilities.ts'
import type { Failure } from '../../core/check.ts'
import type { Clock } from '../../core/clock.ts'
import type { ByteBudget } from '../byte-budget.ts'
import {
  type ChannelListener,
  type Launch,
  type ProcessChannel,
  type Reply,
  type RequestOptions,
  type RpcId,
  UpstreamFault,
} from '../channel.ts'
import { unlessAborted } from '../unless-aborted.ts'
import { JsonRpcPipe } from './json-rpc-pipe.ts'
import { Pace } from './pace.ts'
import { type Exit, ProcessTree, type TreeHost } from './process-tree.ts'
import {
  afterCrash,
  afterStart,
  neverStarted,
  nextStartAt,
  RESTART_POLICY,
  roomAt,
  type StartHistory,
} from './restart-backoff.ts'
import { StderrRing } from './stderr-ring.ts'

export type StdioDeps = TreeHost & {
  readonly launch: Launch
  readonly listener: ChannelListener
  readonly clock: Clock
  readonly memory: ByteBudget
  /** What a first start may take at least, however short the server's own timeout: 30 s for programs that install themselves. */
  readonly firstStartMs?: number
}

const STRAY_CHARS = 1_000
/** A process that closed its stdout gets this long to exit by itself, which says more. */
const LAST_BREATH_MS = 500

/**
 * A child process spoken to over stdin and stdout. Keep one per server as long as its configuration lasts: `open` after
 * an exit or a `close` starts the process again, and what it wrote to stderr and how often it crashed are remembered.
 */
export class StdioChannel implements ProcessChannel {
  readonly #deps: StdioDeps
  readonly #ring = new StderrRing()
  #run: { readonly tree: ProcessTree; readonly pipe: JsonRpcPipe } | undefined
  #opening: Promise<void> | undefined
  /** The end of the run before. */
  #ending: Promise<void> = Promise.resolve()
  #history: StartHistory = neverStarted
  #lastFailure: Failure | undefined
  #hasAnswered = false
  /** Goes up with each close, so that a start it overtook is undone. */
  #closes = 0

  constructor(deps: StdioDeps) {
    this.#deps = deps
    this.#ring.hide(Object.values(deps.launch.env))
  }

  /** A process remembers those who use it. */
  readonly keepsSession = true

  get alive(): boolean {
    return this.#run?.pipe.isOpen ?? false
  }

  /** What it wrote to stderr last; undefined when it was never started. */
  stderr(): string | undefined {
    return this.#history.starts.length > 0 ? this.#ring.text() : undefined
  }

  /** The deadline to use where `timeoutMs` is configured: longer until it answered for the first time. */
  deadlineMs(timeoutMs: number): number {
    return this.#hasAnswered ? timeoutMs : Math.max(timeoutMs, this.#deps.firstStartMs ?? 30_000)
  }

  async open(options: RequestOptions): Promise<void> {
    if (this.alive) return
    options.signal.throwIfAborted()
    const start = () => {
      this.#opening ??= this.#start(options).finally(() => {
        this.#opening = undefined
      })
      return unlessAborted(this.#opening, options.signal)
    }
    await (options.trace ? options.trace.time('spawn', start) : start())
  }

  async request(method: string, params: JsonObject, options: RequestOptions): Promise<Reply> {
    const reply = await this.#pipe().request(method, params, options)
    this.#hasAnswered = true
    return reply
  }

  async notify(method: string, params: JsonObject, options: RequestOptions): Promise<void> {
    this.#pipe().notify(method, params, options.trace?.stage ?? 'handshake')
  }

  answer(id: RpcId, reply: Reply): void {
    this.#run?.pipe.answer(id, reply)
  }

  /** Lines look the same in every dialect. */
  speak(): void {}

  async close(): Promise<void> {
    this.#closes++
    const run = this.#run
    this.#run = undefined
    if (run) {
      run.pipe.end(CLOSED)
      this.#ending = run.tree.stop()
    }
    await this.#opening?.catch(() => {})
    await this.#ending
  }

  #pipe(): JsonRpcPipe {
    if (!this.#run) throw new UpstreamFault('connect', this.#lastFailure ?? CLOSED.failure)
    return this.#run.pipe
  }

  async #start({ onDemand = false, again = false }: RequestOptions): Promise<void> {
    const { clock, launch } = this.#deps
    const closes = this.#closes
    if (this.#run) await this.#lostPipe(this.#run.tree)
    await this.#ending
    if (!onDemand) this.#waitUntil(again ? roomAt : nextStartAt)
    this.#history = afterStart(this.#history, clock.now(), RESTART_POLICY)
    const tree = await ProcessTree.spawn(launch, this.#deps).catch((error) => {
      if (error instanceof UpstreamFault && error.outcome === 'connect') this.#crashed(error.failure)
      throw error
    })
    if (closes === this.#closes) return this.#adopt(tree)
    await tree.stop()
    throw CLOSED
  }

  #adopt(tree: ProcessTree): void {
    const { clock, memory } = this.#deps
    const unasked = new Pace(tree.stdout, clock)
    const complaints = new Pace(tree.stderr, clock)
    const pipe = new JsonRpcPipe({
      input: tree.stdout,
      output: tree.stdin,
      memory,
      where: `"${this.#deps.launch.command}"`,
      listener: this.#deps.listener,
      unasked: (bytes) => unasked.took(bytes),
      strayed: (line) => this.#ring.append(Buffer.from(`[stdout] ${line.slice(0, STRAY_CHARS)}\n`)),
      broken: (fault) => this.#fail(tree, fault.failure),
    })
    this.#run = { tree, pipe }
    this.#ring.beginRun()
    tree.stderr.on('data', (chunk: Buffer) => {
      this.#ring.append(chunk)
      complaints.took(chunk.length)
    })
    tree.stdout.once('end', () => void this.#lostPipe(tree))
    void tree.exited.then((exit) => this.#fail(tree, this.#exitFailure(exit)))
  }

  async #lostPipe(tree: ProcessTree): Promise<void> {
    await Promise.race([tree.exited, setTimeout(LAST_BREATH_MS, undefined, { ref: false })])
    this.#fail(tree, closedPipe(this.#deps.launch.command))
  }

  /** The end of a run nobody asked for; the first report of it counts. */
  #fail(tree: ProcessTree, failure: Failure): void {
    if (this.#run?.tree !== tree) return
    const { pipe } = this.#run
    this.#run = undefined
    this.#crashed(failure)
    pipe.end(new UpstreamFault('connect', failure))
    tree.kill()
    this.#ending = tree.stop()
    this.#deps.listener.exited(failure)
  }

  #crashed(failure: Failure): void {
    this.#history = afterCrash(this.#history, this.#deps.clock.now(), RESTART_POLICY)
    this.#lastFailure = failure
  }

  /** @throws UpstreamFault when the moment is still to come. */
  #waitUntil(moment: typeof nextStartAt): void {
    const waitMs = moment(this.#history, RESTART_POLICY) - this.#deps.clock.now()
    if (waitMs <= 0) return
    const last = this.#lastFailure
    const seconds = Math.ceil(waitMs / 1_000)
    throw new UpstreamFault('connect', {
      code: last?.code === 'spawn_failed' ? 'spawn_failed' : 'process_exited',
      stage: 'spawn',
      message: `${last?.message ?? `"${this.#deps.launch.command}" was started too often`}; next start in ${seconds} s`,
      nextAction: last?.nextAction ?? 'Wait, or check it now',
    })
  }

  #exitFailure({ code, signal }: Exit): Failure {
    const lastLine = this.#ring.lastLine()
    const how = signal ? `was ended by ${signal}` : `exited with code ${code}`
    return {
      code: 'process_exited',
      stage: 'spawn',
      message: `"${this.#deps.launch.command}" ${how}${lastLine ? `: ${lastLine}` : ''}`,
      nextAction: 'Read its stderr log, mend the command, and reload the server',
    }
  }
}

/** Our own doing: it says nothing about the server. */
const CLOSED = new UpstreamFault('cancelled', {
  code: 'process_exited',
  stage: 'spawn',
  message: 'the connection was closed by Omni2',
  nextAction: 'Try again',
})

const closedPipe = (command: string): Failure => ({
  code: 'process_exited',
  stage: 'spawn',
  message: `"${command}" closed its stdin or stdout, and was ended`,
  nextAction: 'Read its stderr log, and reload the server',
})
