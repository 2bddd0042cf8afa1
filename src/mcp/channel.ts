import type { Json, JsonObject } from '../core/capabilities.ts'
import type { CheckResult, Era, Failure, Stage } from '../core/check.ts'

export type RpcId = string | number

/** One JSON-RPC reply: the upstream's result, or its error. Both mean it is alive. */
export type Reply =
  | { readonly result: JsonObject }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: Json } }

/** How far a reply may go before it is refused. */
export type Limits = { readonly maxBytes: number; readonly maxDepth: number }

export const CHECK_LIMITS: Limits = { maxBytes: 4 * 1024 * 1024, maxDepth: 64 }
export const CALL_LIMITS: Limits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64 }

/** The protocol revision spoken on a channel; decides HTTP headers. `_meta` is put into the params by the session. */
export type Dialect = { readonly era: Era; readonly protocolVersion: string }

/** Collects what a check measured on its way, stage by stage. */
export interface Trace {
  /** The stage being timed now, for naming where a fault happened. */
  readonly stage: Stage
  /** Times `work` as `stage`; a stage that is left by a throw is recorded as failed. */
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>
  /** Says that a stage begins which is measured elsewhere (by the dialer), and recorded with `add` when it ends. */
  enter?(stage: Stage): void
  add(stage: Stage, ok: boolean, ms: number): void
}

export type RequestOptions = {
  readonly limits: Limits
  readonly trace: Trace | undefined
  readonly signal: AbortSignal
  /** How long the first byte of the answer may take, when it may take less than everything. */
  readonly firstByteMs?: number
  /** A person asked, so a process may start even while it is made to wait after a crash. */
  readonly onDemand?: boolean
  /** A process died of what was asked first, so it may start once more at once; not more often than any, though. */
  readonly again?: boolean
  /** Told the message as it goes out; once more when it goes out anew. */
  readonly sent?: (message: JsonObject) => void
  /** More headers for this one request; channels that have none ignore it. */
  readonly headers?: Readonly<Record<string, string>>
  /** Hears what belongs to this request; absent: its notifications are told like any others, and its questions refused. */
  readonly hears?: ExchangeListener
}

/** Where an answer comes from: what is not read makes the upstream wait. */
export interface AnswerSource {
  pause(): void
  /** Does nothing once the answer is over. */
  resume(): void
}

/** Hears what an upstream says in the course of one request, before its reply. Must not throw. */
export interface ExchangeListener {
  /** Under which the request asked for progress: on a connection that all share it alone tells whose progress it is. */
  readonly progressToken: RpcId | undefined
  notified(method: string, params: JsonObject): void
  /** Asked now and then by sources that one request has to itself: pauses them while nobody takes what was told. */
  keepPace?(source: AnswerSource): void
  /** True when it is going to be answered, with `Channel.answer`. */
  asked(id: RpcId, method: string, params: JsonObject): boolean
}

/** Who calls a tool without a promise or a signal, since thousands a second are called; told once how it ends. */
export interface ToolCaller extends ExchangeListener {
  /** `stop` gives it up; `failed` follows with the reason. */
  begun(stop: (reason: Error) => void): void
  replied(reply: Reply): void
  failed(error: unknown): void
}

/** For requests of our own, of which only the reply matters. */
export const NOBODY_HEARS: ExchangeListener = { progressToken: undefined, notified: () => {}, asked: () => false }

/** What a channel tells without being asked. */
export type ChannelListener = {
  /** Every notification, as it came. Must not throw. */
  readonly notified: (method: string, params: JsonObject) => void
  /** A child process ended without being told to. */
  readonly exited: (failure: Failure) => void
  /** What the upstream asks outside of any request; true when it is going to be answered. Absent: all is refused. */
  readonly asked?: ((id: RpcId, method: string, params: JsonObject) => boolean) | undefined
}

/**
 * One connection to one upstream, whatever the transport: requests out, replies back, notifications heard.
 * Every method throws UpstreamFault when the upstream cannot answer as JSON-RPC.
 */
export interface Channel {
  /** Makes the connection usable (spawns the process, opens the SSE stream); does nothing when it is. */
  open(options: RequestOptions): Promise<void>
  request(method: string, params: JsonObject, options: RequestOptions): Promise<Reply>
  /**
   * Calls a tool, if that can be sent at once and nothing is to be tried again; false: nothing was done. Absent where a
   * promise costs nothing beside the rest.
   */
  callNow?(params: JsonObject, caller: ToolCaller, headers: RequestOptions['headers']): boolean
  notify(method: string, params: JsonObject, options: RequestOptions): Promise<void>
  /** Answers what the upstream asked; whether that arrives matters to the upstream alone. */
  answer(id: RpcId, reply: Reply): void
  /** Set once the handshake settled it. */
  speak(dialect: Dialect): void
  /**
   * Hears changes of lists while nobody asks anything, where that takes a stream of its own; `params` are those of
   * `subscriptions/listen`, undefined for nothing any more; `anew`: they are others than before. Never fails; resolves once
   * it hears, or knows that it never will, with what a modern server acknowledged. Absent where changes are heard anyway.
   */
  listen?(params: JsonObject | undefined, anew?: boolean): Promise<JsonObject | undefined>
  /** True while `listen` would do nothing new; false right after it where there was no place for a stream. */
  readonly listens?: boolean
  /** True while a request can be sent without connecting or spawning anew. */
  readonly alive: boolean
  /** True while the server keeps a session for this connection alone. */
  readonly keepsSession: boolean
  /** Ends it, and whatever it started. */
  close(): Promise<void>
}

/** A command ready to run: references resolved, values revealed. */
export type Launch = {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** A channel to a child process; it can be opened again after it was closed, and remembers what went before. */
export interface ProcessChannel extends Channel {
  /** The last 64 KiB it wrote to stderr; undefined when it never ran. */
  stderr(): string | undefined
  /** The deadline to use where `timeoutMs` is configured: a first start may take longer. */
  deadlineMs(timeoutMs: number): number
}

export type FaultOutcome = Exclude<CheckResult['outcome'], 'ok' | 'app_error'>

export type FaultDetails = ErrorOptions & {
  readonly retryAfterMs?: number
  readonly sessionLost?: boolean
  readonly reply?: Reply
  readonly httpStatus?: number
}

/** Why an upstream could not answer, as thrown inside this folder and turned into a result at its edge. */
export class UpstreamFault extends Error {
  override name = 'UpstreamFault'
  readonly outcome: FaultOutcome
  readonly failure: Failure
  readonly retryAfterMs: number | undefined
  /** The session is unknown to the upstream: worth one new session before judging. */
  readonly sessionLost: boolean
  /** The JSON-RPC error that came with a lost session: still an answer when a new session does not help. */
  readonly reply: Reply | undefined
  /** Status of an HTTP answer that was not a reply. */
  readonly httpStatus: number | undefined

  constructor(outcome: FaultOutcome, failure: Failure, more: FaultDetails = {}) {
    super(failure.message, more)
    this.outcome = outcome
    this.failure = failure
    this.retryAfterMs = more.retryAfterMs
    this.sessionLost = more.sessionLost ?? false
    this.reply = more.reply
    this.httpStatus = more.httpStatus
  }
}
