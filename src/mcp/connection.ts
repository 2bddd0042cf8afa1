import type { Capabilities, JsonObject } from '../core/capabilities.ts'
import type { CheckResult, Era, Failure, Stage } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import type { Protocol, ServerConfig } from '../core/config/server.ts'
import type { CallExchange, CallResult, ToolCall, Upstreams } from '../core/ports.ts'
import { newsMeta, newsOf } from './call-news.ts'
import {
  CALL_LIMITS,
  CHECK_LIMITS,
  type Channel,
  type ExchangeListener,
  type Limits,
  type ProcessChannel,
  type Reply,
  type RequestOptions,
  type RpcId,
  UpstreamFault,
} from './channel.ts'
import { type Conceal, concealing, concealObject, concealReply } from './conceal.ts'
import { Deadline } from './deadline.ts'
import { DirectCall, type PassedCall } from './direct-call.ts'
import { cancelled, failing, inconclusive, ownShortage } from './failures.ts'
import { LIST_CHANGED } from './json-rpc.ts'
import type { Lasting } from './lasting-requests.ts'
import { ListNews } from './list-news.ts'
import { type ChannelMaker, labelOf, makeChannel } from './make-channel.ts'
import type { ClientSelf, RelayedReply, RelayRequest } from './relay-request.ts'
import { type Found, Session } from './session.ts'
import { StageTrace } from './stage-trace.ts'

export type ConnectionDeps = ChannelMaker & {
  readonly clock: Clock
  readonly client: ClientSelf
  readonly config: ServerConfig
  /** Absent when nobody wants to know: then no stream is opened to hear it. */
  readonly onListChanged: (() => void) | undefined
  readonly onExit: (failure: Failure) => void
  /** Present when it is one client's own: then it is greeted as in the legacy era, and all it says is heard. */
  readonly aside?: Aside | undefined
  /** Takes a place before it is first used, and answers what gives it back. @throws UpstreamFault when there is none. */
  readonly enter?: (() => () => void) | undefined
  /** What was asked of it that a new session is to be asked again. */
  readonly lasting: Lasting
  /** Told of what shared connections say without being asked. */
  readonly onNotified?: (method: string, params: JsonObject) => void
}

/** What a server says outside of any request. */
export type Aside = {
  readonly notified: (method: string, params: JsonObject) => void
  /** False when nobody is going to answer. */
  readonly asked: (method: string, params: JsonObject, answered: (reply: Reply) => void) => boolean
}

type Heard = NonNullable<ToolCall['heard']>

export type CheckOptions = Parameters<Upstreams['check']>[1]

/** A request that went out, and when since the call began. */
type Sent = { readonly message: JsonObject; readonly preparedMs: number }

const NOTIFY_MS = 5_000

/** Lists beside the tools get this long at most: they never decide a check. */
const OTHER_LISTS_MS = 5_000

/** Everything between us and one configured server: its channel, its session, and who is using them. */
export class Connection {
  readonly #deps: ConnectionDeps
  readonly #where: string
  /** Its target and credentials never change; its times may. */
  #config: ServerConfig
  #channel: Channel | undefined
  #session: Session | undefined
  #conceal: Conceal | undefined
  readonly #heard = new Set<Heard>()
  #lastToken = 0
  #inFlight = 0
  #isClosing = false
  #onIdle: () => void = () => {}
  readonly #ends = { ended: () => this.#ended(), faultOf: (error: unknown) => this.#asFault(error, 'handshake') }
  #leave: () => void = () => {}
  readonly #listNews: ListNews

  constructor(deps: ConnectionDeps) {
    this.#deps = deps
    this.#config = deps.config
    this.#where = labelOf(deps.config.target)
    this.#listNews = new ListNews(deps.clock, () => deps.onListChanged?.())
  }

  /** Goes on with another configuration, if that connects in the same way: no session or process is given up for a new name. */
  adopt(config: ServerConfig): boolean {
    const { target, auth } = this.#config
    if (config.target !== target || config.auth !== auth) return false
    this.#config = config
    return true
  }

  async check({ deep, onDemand }: CheckOptions, signal: AbortSignal): Promise<CheckResult> {
    const { clock } = this.#deps
    const config = this.#config
    const { timeoutMs } = config
    const isProcess = config.target.protocol === 'stdio'
    const startedAt = clock.now()
    const trace = new StageTrace(clock, isProcess ? 'spawn' : 'connect')
    const report = <T extends object>(verdict: T) => ({
      ...verdict,
      stages: trace.results,
      responseTimeMs: Math.round((clock.now() - startedAt) * 10) / 10,
    })
    const work = async (session: Session, options: RequestOptions): Promise<CheckResult> => {
      const found = await session.check(deep, { ...options, trace, onDemand, firstByteMs: firstByteMs(timeoutMs) })
      const result = report(found)
      if (found.capabilities === undefined) return result
      return { ...result, capabilities: await this.#complete(session, found.capabilities, options) }
    }
    const stage = () => trace.stage
    try {
      return await this.#within(timeoutMs, CHECK_LIMITS, stage, signal, work)
    } catch (error) {
      const fault = this.#asFault(error, stage())
      if (fault.reply !== undefined) return report(ALIVE)
      if (fault.outcome === 'connect' || fault.outcome === 'protocol') this.#session?.doubtEra()
      return report({ ...failing(fault), identity: undefined, capabilities: undefined })
    }
  }

  async callTool({ tool, args, heard }: ToolCall, signal: AbortSignal): Promise<CallResult> {
    const { clock } = this.#deps
    const startedAt = clock.now()
    const passedMs = () => Math.round((clock.now() - startedAt) * 10) / 10
    let out: Sent | undefined
    const sent = (message: JsonObject) => {
      if (message.method === 'tools/call') out = { message, preparedMs: passedMs() }
    }
    const hears = heard && this.#hearing(heard)
    try {
      const params = { name: tool, arguments: args, ...(hears && { _meta: newsMeta(hears) }) }
      const request = { method: 'tools/call', params, client: this.#deps.client }
      const work = (session: Session, options: RequestOptions) =>
        session.relay(request, { ...options, sent, ...(hears && { hears }) })
      const { reply } = await this.#within(this.#config.callTimeoutMs, CALL_LIMITS, () => 'handshake', signal, work)
      return this.#answered(reply, out, passedMs())
    } catch (error) {
      const { outcome, failure, reply } = this.#asFault(error, 'handshake')
      if (reply !== undefined && 'error' in reply) return this.#answered(reply, out, passedMs())
      return { outcome, failure, durationMs: passedMs(), exchange: this.#exchange(out, undefined) }
    } finally {
      if (heard) this.#heard.delete(heard)
    }
  }

  /** A log line that came with no call is told to every one that runs: most transports do not say for which it is. */
  #hearing(heard: Heard): ExchangeListener {
    this.#heard.add(heard)
    return {
      progressToken: `omni2-${++this.#lastToken}`,
      notified: (method, params) => {
        const news = newsOf(method, params, this.#conceal)
        if (news) heard(news)
        else this.#onNotified(method, params)
      },
      asked: () => false,
    }
  }

  /** The short way of `relay` for calls of tools: false when it has to be gone the long one, and nothing was done. */
  callNow(request: RelayRequest, call: PassedCall): boolean {
    const session = this.#session
    if (session === undefined) return false
    const direct = new DirectCall(call, this.#conceal, this.#ends)
    this.#inFlight++
    direct.identity = session.callNow(request, direct)
    if (direct.identity === undefined) this.#ended()
    return direct.identity !== undefined
  }

  #ended(): void {
    if (--this.#inFlight === 0) this.#onIdle()
  }

  /** Asks the server what a client wants of it; `signal` ends it with an UpstreamFault. @throws UpstreamFault. */
  async relay(request: RelayRequest, hears: ExchangeListener, signal: AbortSignal): Promise<RelayedReply> {
    this.#inFlight++
    try {
      const session = this.#open()
      const heard = this.#conceal ? concealing(hears, this.#conceal) : hears
      const { context } = request
      const headers = context && { headers: context }
      const options = { limits: CALL_LIMITS, trace: undefined, signal, hears: heard, ...headers }
      const relayed = await session.relay(request, options)
      return { ...relayed, reply: this.#shown(relayed.reply) }
    } catch (error) {
      const fault = this.#asFault(error, 'handshake')
      if (fault.reply === undefined || 'result' in fault.reply) throw fault
      return { reply: this.#shown(fault.reply), identity: undefined }
    } finally {
      this.#ended()
    }
  }

  /** Known once it was opened. */
  get conceal(): Conceal | undefined {
    return this.#conceal
  }

  /** From then on it is of no use. */
  get isClosing(): boolean {
    return this.#isClosing
  }

  /** Whether a session is kept for it already. */
  get isReady(): boolean {
    return this.#channel?.keepsSession ?? false
  }

  /** Greets the server, if that was not done yet: whether it keeps a session for this connection. @throws UpstreamFault. */
  async keepsSession(signal: AbortSignal): Promise<boolean> {
    await this.#open().greeted({ limits: CALL_LIMITS, trace: undefined, signal })
    return this.#channel?.keepsSession ?? false
  }

  /** Answers what the server asked. */
  answer(id: RpcId, reply: Reply): void {
    this.#channel?.answer(id, reply)
  }

  /** Tells the server something, if there is a session to tell it in. */
  notify(method: string, params: JsonObject): void {
    const options = { limits: CALL_LIMITS, trace: undefined, signal: AbortSignal.timeout(NOTIFY_MS) }
    if (this.#channel?.alive) this.#channel.notify(method, params, options).catch(() => {}) // the next request will tell
  }

  #shown(reply: Reply): Reply {
    return this.#conceal ? concealReply(reply, this.#conceal) : reply
  }

  #answered(reply: Reply, out: Sent | undefined, durationMs: number): CallResult {
    const shown = this.#shown(reply)
    const rest = { durationMs, exchange: this.#exchange(out, shown) }
    return 'error' in shown
      ? { outcome: 'app_error', error: shown.error, ...rest }
      : { outcome: 'ok', result: shown.result, ...rest }
  }

  /** `shown` is concealed already. */
  #exchange(out: Sent | undefined, shown: Reply | undefined): CallExchange | undefined {
    if (out === undefined) return undefined
    const { message, preparedMs } = out
    const request = this.#conceal ? concealObject(message, this.#conceal) : message
    return { request, response: shown && { jsonrpc: '2.0', id: message.id ?? null, ...shown }, preparedMs }
  }

  /** What a child process wrote to stderr last. */
  stderr(): string | undefined {
    return this.#channel !== undefined && isProcessChannel(this.#channel) ? this.#channel.stderr() : undefined
  }

  /** Closes once nothing is in flight, or after `patienceMs`. */
  async drain(patienceMs: number): Promise<void> {
    this.#isClosing = true
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        const stop = this.#deps.clock.after(patienceMs, resolve)
        this.#onIdle = () => {
          stop()
          resolve()
        }
      })
    }
    await this.close()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#listNews.stop()
    await this.#channel?.close()
    this.#leave()
  }

  /** What went wrong as a fault; anything but a fault or a shortage of our own is a bug, and rises. */
  #asFault(error: unknown, stage: Stage): UpstreamFault {
    const shortage = ownShortage(error)
    if (shortage !== undefined) return inconclusive(stage, shortage, error)
    if (!(error instanceof UpstreamFault)) throw error
    return this.#isClosing && error.outcome === 'connect' ? cancelled(stage, DROPPED) : error
  }

  /** Runs `work` under its deadline, and counts it as in flight. */
  async #within<T>(
    ms: number,
    limits: Limits,
    stage: () => Stage,
    outer: AbortSignal,
    work: (session: Session, options: RequestOptions) => Promise<T>,
  ): Promise<T> {
    const session = this.#open()
    this.#inFlight++
    const deadline = new Deadline({ clock: this.#deps.clock, ms: this.#patience(ms), outer, where: this.#where, stage })
    try {
      deadline.signal.throwIfAborted()
      return await work(session, { limits, trace: undefined, signal: deadline.signal })
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : error
    } finally {
      deadline.end()
      this.#ended()
    }
  }

  async #complete(session: Session, capabilities: Capabilities, options: RequestOptions): Promise<Capabilities> {
    const { clock } = this.#deps
    const stage = () => 'tools_list' as const
    const deadline = new Deadline({ clock, ms: OTHER_LISTS_MS, outer: options.signal, where: this.#where, stage })
    try {
      return await session.complete(capabilities, { ...options, signal: deadline.signal })
    } finally {
      deadline.end()
    }
  }

  /** The session, made on first use. @throws UpstreamFault when the configuration cannot be used as it is. */
  #open(): Session {
    if (this.#session !== undefined) return this.#session
    const { clock, client, config, means, aside, lasting } = this.#deps
    const { protocol } = config.target
    const asked = aside && ((id: RpcId, method: string, params: JsonObject) => this.#onAsked(aside, id, method, params))
    const listener = { notified: this.#onNotified, exited: this.#onExited, asked }
    const { channel, redact, conceal } = makeChannel(config, this.#deps, listener)
    if (this.#deps.enter) this.#leave = this.#deps.enter()
    // Making room for it may have ended whose it is.
    if (this.#isClosing) {
      this.#leave()
      throw cancelled('connect', DROPPED)
    }
    this.#channel = channel
    this.#conceal = conceal
    this.#session = new Session({
      channel,
      clock,
      memory: means.answers,
      client,
      where: this.#where,
      lasting,
      redact,
      conceal,
      eras: erasOf(protocol, aside !== undefined),
      hears: aside ? 'everything' : this.#deps.onListChanged ? 'changes' : 'nothing',
      probeMs: protocol === 'stdio' ? this.#patience(config.timeoutMs) / 3 : undefined,
    })
    return this.#session
  }

  #patience(ms: number): number {
    const channel = this.#channel
    return channel !== undefined && isProcessChannel(channel) ? channel.deadlineMs(ms) : ms
  }

  readonly #onNotified = (method: string, params: JsonObject): void => {
    if (this.#isClosing) return
    if (!LIST_CHANGED.has(method)) {
      const news = this.#heard.size > 0 ? newsOf(method, params, this.#conceal) : undefined
      if (news?.type === 'log') for (const heard of this.#heard) heard(news)
      const { aside, onNotified } = this.#deps
      const shown = this.#conceal ? concealObject(params, this.#conceal) : params
      aside?.notified(method, shown)
      onNotified?.(method, shown)
      return
    }
    this.#listNews.changed()
  }

  #onAsked({ asked }: Aside, id: RpcId, method: string, params: JsonObject): boolean {
    const shown = this.#conceal ? concealObject(params, this.#conceal) : params
    return method !== 'ping' && asked(method, shown, (reply) => this.answer(id, reply))
  }

  /** An exit during the first contact is that check's result, and one we asked for is none. */
  readonly #onExited = (failure: Failure): void => {
    if (!this.#isClosing && this.#session?.isGreeting !== true) this.#deps.onExit(failure)
  }
}

const DROPPED = 'Omni2 dropped the connection while the answer was awaited'

/** Alive, and no more is known: it answers, with an error, even in a new session. */
const ALIVE = { outcome: 'app_error', identity: undefined, capabilities: undefined } as const satisfies Found

/** How long the first byte of an answer to a check may take: half the time leaves room for one more attempt. */
const firstByteMs = (timeoutMs: number): number => Math.min(timeoutMs, Math.max(5_000, timeoutMs / 2))

/** A session is a thing of the legacy era; a process of one's own remembers in either. */
function erasOf(protocol: Protocol, isOwn: boolean): readonly Era[] {
  if (protocol === 'sse' || (isOwn && protocol !== 'stdio')) return ['legacy']
  return isOwn ? ['legacy', 'modern'] : ['modern', 'legacy']
}

const isProcessChannel = (channel: Channel): channel is ProcessChannel => 'stderr' in channel
