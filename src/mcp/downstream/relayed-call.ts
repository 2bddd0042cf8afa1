import type { Json, JsonObject } from '../../core/capabilities.ts'
import type { Outcome } from '../../core/check.ts'
import { type Clock, type Instant, timestamp } from '../../core/clock.ts'
import type { CallRecord } from '../../core/gateway/call-record.ts'
import { publicResult } from '../../core/gateway/public-result.ts'
import { busy, failureOf, isAdmitted, type Refusal, refusalOf } from '../../core/gateway/refusal.ts'
import type { Bulkhead } from '../../core/watch/bulkhead.ts'
import type { Member } from '../../core/watch/fleet.ts'
import type { Monitor } from '../../core/watch/monitor.ts'
import {
  type CallSpan,
  type CallTracer,
  metaContext,
  type TraceContext,
  targetOf,
  traceIdOf,
  withContext,
} from '../call-trace.ts'
import { type AnswerSource, type Reply, type RpcId, UpstreamFault } from '../channel.ts'
import type { Connection } from '../connection.ts'
import type { Deadlines } from '../deadlines.ts'
import type { PassedCall } from '../direct-call.ts'
import { cancelled, faultOf } from '../failures.ts'
import { isObject } from '../json-rpc.ts'
import { labelOf } from '../make-channel.ts'
import type { RelayedReply, RelayRequest } from '../relay-request.ts'
import type { McpUpstreams } from '../upstreams.ts'
import type { Answer } from './answer.ts'
import type { Asker } from './asker.ts'
import { gather, MOST_ROUNDS, TOO_MANY_ROUNDS } from './gather.ts'
import { keptPayload } from './kept-payload.ts'
import type { LegacySession } from './legacy-session.ts'
import { isWanted } from './log-level.ts'
import { NoPlace } from './own-places.ts'
import { latestEnd, longerEnd, patienceWith } from './patience.ts'
import { refusedMessage } from './refused-message.ts'
import { openState, sealState } from './request-state.ts'
import { errorMessage, INTERNAL_ERROR, invalidParams, RpcFailure } from './rpc-failure.ts'
import { CACHEABLE, complete, legacyResult, outcomeOf, statusOf, UNCACHED } from './shown-result.ts'

export type RelayDeps = {
  readonly monitor: Pick<Monitor, 'observeCall'>
  readonly upstreams: Pick<McpUpstreams, 'relay' | 'callNow' | 'concealerOf'>
  readonly bulkhead: Bulkhead
  readonly deadlines: Deadlines<RelayedCall>
  readonly clock: Clock
  /** Names, in lower case, of fields that are never kept. */
  readonly hiddenFields: ReadonlySet<string>
  /** Absent where traces are not gathered: then what clients say of them passes as it is. */
  readonly tracer?: CallTracer | undefined
  /** Told of each call once. */
  readonly record: (call: CallRecord) => void
  readonly onError: (error: unknown) => void
}

export type RelayedRequest = {
  readonly asker: Asker
  readonly answer: Answer
  readonly id: RpcId
  readonly method: string
  /** With the server's own names. */
  readonly params: JsonObject
  readonly member: Member
  readonly bytesIn: number
  /** Of the HTTP request. */
  readonly headerContext: TraceContext | undefined
}

let lastToken = 0

/** One request of a client on its way to a server and back: admitted, asked, answered, observed and recorded. */
export class RelayedCall implements PassedCall {
  readonly #deps: RelayDeps
  readonly #request: RelayedRequest
  readonly #startedAt: Instant
  /** What gives up what is under way: the long way has a signal, made when it is gone, the short one a function. */
  #abort: AbortController | undefined
  #stop: ((reason: Error) => void) | undefined
  readonly progressToken: RpcId | undefined
  place = -1
  endsAt: Instant
  /** What the client calls it. */
  readonly #clientToken: Json | undefined
  /** The trace it belongs to, as the client says. */
  readonly #context: TraceContext | undefined
  /** Only where traces are gathered. */
  readonly #span: CallSpan | undefined
  /** The server waits for the client to read. */
  #isHeld = false
  #own: Connection | undefined
  /** As the server is to get them. */
  #params: JsonObject
  #sent: RelayRequest | undefined
  #rounds = 0
  #waitedMs = 0
  /** What came back, if that is to be kept. */
  #said: Json | undefined
  #state: 'new' | 'waiting' | 'running' | 'over' = 'new'

  constructor(deps: RelayDeps, request: RelayedRequest) {
    this.#deps = deps
    this.#request = request
    this.#startedAt = deps.clock.now()
    this.endsAt = deps.deadlines.after(patienceWith(request.member))
    const { method, params, headerContext } = request
    this.#context = metaContext(params) ?? headerContext
    this.#span = deps.tracer?.begin({ method, target: targetOf(params), context: this.#context })
    this.#params = this.#span ? withContext(params, this.#span.context) : params
    this.#clientToken = isObject(params._meta) ? params._meta.progressToken : undefined
    this.progressToken = this.#clientToken === undefined ? undefined : `omni2-relayed-${++lastToken}`
  }

  start(): void {
    const { bulkhead, clock } = this.#deps
    const { member, asker } = this.#request
    if (!this.#unseal()) {
      this.#request.answer.reply(errorMessage(this.id, NOT_OUR_STATE))
      this.#finish('refused', undefined)
      return
    }
    if (!isAdmitted(member)) {
      this.#refuse(refusalOf(member, clock), 'refused')
      return
    }
    asker.session?.began(this)
    const serverId = member.server.id
    const noPlace = () => this.#refuse(busy(member, clock), 'refused')
    if (bulkhead.enter(serverId)) this.#run()
    else if (bulkhead.wait(serverId, this.#run, noPlace)) this.#state = 'waiting'
    else noPlace()
  }

  /** The server gets its own state back, and none that it did not give out for this. */
  #unseal(): boolean {
    const { asker } = this.#request
    const { requestState } = this.#params
    if (asker.session !== undefined || requestState === undefined) return true
    const own = typeof requestState === 'string' ? openState(requestState, this.#route()) : undefined
    if (own !== undefined) this.#params = { ...this.#params, requestState: own }
    return own !== undefined
  }

  /** The client wants no answer any more, and gets none. */
  cancel(): void {
    const { answer, asker, id } = this.#request
    if (this.#state === 'over') return
    this.#finish('cancelled', undefined)
    this.giveUp(LEFT)
    // A legacy client that cancelled ignores what comes, but its HTTP request has to end.
    if (asker.session !== undefined) answer.reply(errorMessage(id, CANCELLED))
  }

  /** The client's. */
  get id(): RpcId {
    return this.#request.id
  }

  /** Its time is up: that alone is no verdict on the server, but a reason to look at it. */
  expire(): void {
    const { answer, member } = this.#request
    if (this.#isHeld) {
      answer.cut()
      this.cancel()
      return
    }
    const detail = `within ${Math.round(this.#deps.clock.now() - this.#startedAt) / 1_000} s`
    this.giveUp(faultOf('timeout', { stage: 'handshake', where: labelOf(member.server.config.target), detail }))
  }

  /** Tells the client why, unless it left, and waits for the server no longer. */
  giveUp(reason: UpstreamFault): void {
    this.failed(reason)
    this.#abort?.abort(reason)
    this.#stop?.(reason)
  }

  get #signal(): AbortSignal {
    this.#abort ??= new AbortController()
    return this.#abort.signal
  }

  begun(stop: (reason: Error) => void): void {
    this.#stop = stop
  }

  /** Progress of other calls, and logs nobody asked for, go no further. */
  notified(method: string, params: JsonObject): void {
    if (this.#state === 'over') return
    const { answer, asker, params: asked } = this.#request
    if (method === 'notifications/progress') {
      if (this.progressToken === undefined || params.progressToken !== this.progressToken) return
      this.#extend()
      answer.tell({ jsonrpc: '2.0', method, params: { ...params, progressToken: this.#clientToken ?? null } })
    } else if (method !== 'notifications/message' || asker.session !== undefined || isWanted(params, asked)) {
      answer.tell({ jsonrpc: '2.0', method, params })
    }
  }

  /** A server that says how far it is may take longer, though not for ever. */
  #extend(): void {
    this.endsAt = longerEnd(this.#startedAt, this.#deps.clock.now(), this.#request.member)
  }

  /** What the client takes to read is not the server's time. */
  keepPace(source: AnswerSource): void {
    const { answer, member } = this.#request
    if (this.#state === 'over' || this.#isHeld || !answer.isBehind) return
    this.#isHeld = true
    this.endsAt = latestEnd(this.#startedAt, member)
    source.pause()
    answer.onceCaughtUp(() => {
      this.#isHeld = false
      this.#extend()
      source.resume()
    })
  }

  /** Only a server that knows this client alone may ask it something. */
  asked(id: RpcId, method: string, params: JsonObject): boolean {
    const own = this.#own
    const { session } = this.#request.asker
    if (own === undefined || method === 'ping') return false
    this.#extend()
    const answered = (reply: Reply) => {
      this.#extend()
      own.answer(id, reply)
    }
    return session?.ask(this.#request, method, params, answered) ?? false
  }

  readonly #run = (): void => {
    const { deadlines, clock } = this.#deps
    const { member, asker } = this.#request
    if (this.#state === 'waiting') this.#waitedMs = clock.now() - this.#startedAt
    this.#state = 'running'
    deadlines.add(this)
    this.#params = this.#withOwnToken(this.#params)
    const own = asker.session?.connections.of(member)
    this.#own = own
    if (asker.session === undefined || own === undefined || own.isReady) this.#send(this.#params)
    else this.#greet(asker.session, own).then(() => this.#send(this.#params), this.failed)
  }

  /** A client of the legacy era gets a session of its own where the server keeps sessions, whatever else it speaks. */
  async #greet({ connections }: LegacySession, own: Connection): Promise<void> {
    const { member } = this.#request
    const isModern = member.identity?.era === 'modern' && member.server.config.target.protocol !== 'stdio'
    const keeps = await own.keepsSession(this.#signal).catch((error: unknown) => {
      if (isModern && error instanceof UpstreamFault && error.outcome === 'protocol') return false
      throw error
    })
    if (keeps) return
    connections.giveUp(member)
    this.#own = undefined
  }

  #send(params: JsonObject): void {
    if (this.#state === 'over') return
    const { member, method, asker } = this.#request
    const context = this.#span?.context ?? this.#request.headerContext
    const request = { method, params, client: asker.session?.client ?? asker.client, context }
    this.#sent = request
    const { upstreams } = this.#deps
    const isSent =
      method === 'tools/call' && (this.#own?.callNow(request, this) ?? upstreams.callNow(member.server, request, this))
    if (!isSent) this.takeLongWay()
  }

  takeLongWay(): void {
    if (this.#state === 'over' || this.#sent === undefined) return
    const { server } = this.#request.member
    const relayed =
      this.#own?.relay(this.#sent, this, this.#signal) ??
      this.#deps.upstreams.relay(server, this.#sent, this, this.#signal)
    relayed.then(this.replied, this.failed)
  }

  #withOwnToken(params: JsonObject): JsonObject {
    if (this.progressToken === undefined || !isObject(params._meta)) return params
    return { ...params, _meta: { ...params._meta, progressToken: this.progressToken } }
  }

  readonly replied = ({ reply, identity }: RelayedReply): void => {
    if (this.#state === 'over') return
    const { answer, id, asker, member } = this.#request
    const isModern = asker.session === undefined
    if (asker.session !== undefined && 'result' in reply && reply.result.resultType === 'input_required') {
      this.#gather(asker.session, reply.result)
      return
    }
    if (member.server.config.recordPayloads) this.#said = 'error' in reply ? { error: reply.error } : reply.result
    if ('error' in reply)
      answer.reply({ jsonrpc: '2.0', id, error: reply.error }, isModern ? statusOf(reply.error.code) : 200)
    else answer.reply({ jsonrpc: '2.0', id, result: this.#shown(reply.result) })
    this.#finish(outcomeOf(reply), identity?.protocolVersion)
  }

  /** As this client takes it. */
  #shown(result: JsonObject): JsonObject {
    const { asker, method, member } = this.#request
    const { name } = member.server.config
    const found = asker.endpoint.server === undefined ? publicResult(method, result, name) : result
    if (asker.session !== undefined) return legacyResult(found)
    const { requestState } = found
    const full = CACHEABLE.has(method) ? { ...UNCACHED, ...complete(found) } : complete(found)
    return typeof requestState === 'string' ? { ...full, requestState: sealState(requestState, this.#route()) } : full
  }

  #route(): string {
    const { asker, method, member, params } = this.#request
    return `${asker.caller.tokenId} ${member.server.id} ${method} ${targetOf(params)}`
  }

  /** A modern server wants to know something first: a legacy client is asked, and the request sent again with its answers. */
  #gather(session: LegacySession, { inputRequests, requestState }: JsonObject): void {
    const { answer, id } = this.#request
    const stop = (error: RpcFailure) => {
      if (this.#state === 'over') return
      answer.reply(errorMessage(id, error))
      this.#finish('app_error', undefined)
    }
    if (++this.#rounds > MOST_ROUNDS) return void stop(TOO_MANY_ROUNDS)
    this.#extend()
    gather(inputRequests, {
      ask: (method, params, answered) => session.ask(this.#request, method, params, answered),
      stop,
      done: (inputResponses) => {
        if (this.#state === 'over') return
        this.#extend()
        this.#send({ ...this.#params, inputResponses, ...(requestState !== undefined && { requestState }) })
      },
    })
  }

  readonly failed = (error: unknown): void => {
    if (this.#state === 'over') return
    const { clock, onError } = this.#deps
    const { member, answer, id } = this.#request
    if (error instanceof UpstreamFault) {
      this.#refuse(failureOf(member, error, clock), error instanceof NoPlace ? 'refused' : error.outcome)
      return
    }
    onError(error)
    answer.reply(errorMessage(id, new RpcFailure(200, INTERNAL_ERROR, 'Internal error')))
    this.#finish('inconclusive', undefined)
  }

  #refuse(refusal: Refusal, outcome: Outcome | 'refused'): void {
    const { clock } = this.#deps
    const { answer, id, method, asker } = this.#request
    answer.reply(refusedMessage(id, method, refusal, { clock, isModern: asker.session === undefined }))
    this.#finish(outcome, undefined, refusal.reason)
  }

  #finish(outcome: Outcome | 'refused', serverVersion: string | undefined, reason?: string): void {
    const { bulkhead, deadlines, monitor, upstreams, clock, hiddenFields: fields, record } = this.#deps
    const { member, asker, method, params, answer, bytesIn } = this.#request
    const serverId = member.server.id
    const before = this.#state
    this.#state = 'over'
    asker.session?.ended(this, this.#request)
    deadlines.remove(this)
    if (before === 'waiting') bulkhead.giveUp(serverId, this.#run)
    if (before === 'running') bulkhead.leave(serverId)
    const target = targetOf(params)
    const { tokenId } = asker.caller
    if (outcome !== 'refused') monitor.observeCall(serverId, outcome, `token ${tokenId} ${target ?? method}`)
    const durationMs = clock.now() - this.#startedAt
    const call: CallRecord = {
      at: timestamp(clock.wall() - durationMs),
      tokenId,
      endpoint: asker.endpoint.path,
      serverId,
      server: member.server.config.name,
      method,
      target,
      outcome,
      reason,
      durationMs,
      waitedMs: before === 'waiting' ? durationMs : this.#waitedMs,
      bytesIn,
      bytesOut: answer.bytes,
      clientVersion: asker.version,
      serverVersion,
      traceId: this.#span?.traceId ?? traceIdOf(this.#context),
      payload: member.server.config.recordPayloads
        ? keptPayload({ method, params, result: this.#said }, { fields, conceal: upstreams.concealerOf(serverId) })
        : undefined,
    }
    record(call)
    this.#span?.end(call)
  }
}

const NOT_OUR_STATE = invalidParams('The requestState is not one that was given out for this')
const LEFT = cancelled('handshake')
const CANCELLED = new RpcFailure(200, -32_800, 'Cancelled')
