import type { Json, JsonObject } from '../core/capabilities.ts'
import type { CheckResult, Era, Failure, Stage } from '../core/check.ts'

/** One JSON-RPC reply: the upstream's result, or its error. Both mean it is alive. */
export type Reply =
  | { readonly result: JsonObject }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: Json } }

/** How far a reply may go before it is refused. */
export type Limits = { readonly maxBytes: number; readonly maxDepth: number }

export const CHECK_LIMITS: Limits = { maxBytes: 4 * 1024 * 1024, maxDepth: 64 }
export const CALL_LIMITS: Limits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64 }

/** The protocol revision spoken on a channel, once known; decides headers and `_meta`. */
export type Dialect = { readonly era: Era; readonly protocolVersion: string }

/** Collects what a check measured on its way, stage by stage. */
export interface Trace {
  /** Times `work` as `stage`; a stage that is left by a throw is recorded as failed. */
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>
  /** Records a stage measured elsewhere (the dialer). */
  add(stage: Stage, ok: boolean, ms: number): void
}

export type RequestOptions = {
  readonly limits: Limits
  readonly trace: Trace | undefined
  readonly signal: AbortSignal
}

/**
 * One connection to one upstream, whatever the transport: requests out, replies back, notifications heard.
 * Every method throws UpstreamFault when the upstream cannot answer as JSON-RPC.
 */
export interface Channel {
  /** Makes the connection usable (spawns the process, opens the SSE stream); does nothing when it is. */
  open(options: RequestOptions): Promise<void>
  request(method: string, params: JsonObject, options: RequestOptions): Promise<Reply>
  notify(method: string, params: JsonObject, options: RequestOptions): Promise<void>
  /** Set once the handshake settled it. */
  speak(dialect: Dialect): void
  /** True while a request can be sent without connecting or spawning anew. */
  readonly alive: boolean
  /** Ends it, and whatever it started. */
  close(): Promise<void>
}

type FaultOutcome = Exclude<CheckResult['outcome'], 'ok' | 'app_error'>

/** Why an upstream could not answer, as thrown inside this folder and turned into a result at its edge. */
export class UpstreamFault extends Error {
  override name = 'UpstreamFault'
  readonly outcome: FaultOutcome
  readonly failure: Failure
  readonly retryAfterMs: number | undefined
  /** The session is unknown to the upstream: worth one new session before judging. */
  readonly sessionLost: boolean

  constructor(
    outcome: FaultOutcome,
    failure: Failure,
    more: ErrorOptions & { readonly retryAfterMs?: number; readonly sessionLost?: boolean } = {},
  ) {
    super(failure.message, more)
    this.outcome = outcome
    this.failure = failure
    this.retryAfterMs = more.retryAfterMs
    this.sessionLost = more.sessionLost ?? false
  }
}
