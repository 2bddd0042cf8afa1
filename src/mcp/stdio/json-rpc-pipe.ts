import type { Readable, Writable } from 'node:stream'
import type { Json, JsonObject } from '../../core/capabilities.ts'
import type { Stage } from '../../core/check.ts'
import { type ByteBudget, MemoryShare, tooMuchAtOnce } from '../byte-budget.ts'
import {
  CALL_LIMITS,
  CHECK_LIMITS,
  type ChannelListener,
  type ExchangeListener,
  type Limits,
  type Reply,
  type RequestOptions,
  type RpcId,
  UpstreamFault,
} from '../channel.ts'
import { faultOf } from '../failures.ts'
import { parseBounded, tooLarge } from '../json-bounds.ts'
import { answerTo, type Incoming, isId, isObject, isTakenUp, listenerTo, readMessage } from '../json-rpc.ts'
import { LineReader } from './line-reader.ts'

type Deps = {
  /** What the other side writes: one JSON-RPC message per line. */
  readonly input: Readable
  /** What it reads. */
  readonly output: Writable
  readonly memory: ByteBudget
  /** The other side, to people. */
  readonly where: string
  readonly listener: Pick<ChannelListener, 'notified' | 'asked'>
  /** A notification or a request of the other side, by its size; a tiny one counts for the work it makes. */
  readonly unasked: (bytes: number) => void
  /** A line that was no message for us, and was passed over. */
  readonly strayed: (line: string) => void
  /** The other side cannot be talked to any more; everything in flight has failed. */
  readonly broken: (fault: UpstreamFault) => void
}

type Pending = {
  readonly method: string
  readonly limits: Limits
  readonly stage: Stage
  readonly hears: ExchangeListener | undefined
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: unknown) => void
}

/** Log lines, and replies to what was never asked, tolerated between two good messages. */
const MAX_STRAY_LINES = 100
const MAX_STRAY_BYTES = 64 * 1024
/** What may wait for the other side to read; one message alone may be larger. */
const MAX_UNREAD_BYTES = CALL_LIMITS.maxBytes
const LEAST_UNASKED = 256
/** Requests whose late replies are expected. */
const MOST_LEFT = 100
const LOG_TO_STDERR = 'Make the server write its log to stderr: stdout is for messages only.'

/** JSON-RPC over a pair of streams: many requests in flight, replies matched by our own ids, everything bounded. */
export class JsonRpcPipe {
  readonly #deps: Deps
  readonly #reader = new LineReader()
  readonly #share: MemoryShare
  readonly #pending = new Map<RpcId, Pending>()
  /** Requests whose callers left: the reply may have been on its way, and is dropped. */
  readonly #left = new Map<RpcId, Pick<Pending, 'limits'>>()
  #nextId = 1
  #strayLines = 0
  #strayBytes = 0
  #ended: UpstreamFault | undefined

  constructor(deps: Deps) {
    this.#deps = deps
    this.#share = new MemoryShare(deps.memory)
    deps.input.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  get isOpen(): boolean {
    return !this.#ended && this.#deps.output.writable && this.#deps.input.readable
  }

  /** @throws UpstreamFault, or what `options.signal` was aborted with. */
  async request(method: string, params: JsonObject, options: RequestOptions): Promise<Reply> {
    const { limits, signal, hears } = options
    signal.throwIfAborted()
    const stage = options.trace?.stage ?? 'handshake'
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const abandon = () => {
      reject(this.#explained(signal.reason, stage))
      this.#cancel(id, method)
      this.#left.set(id, { limits })
      for (const oldest of this.#left.keys()) if (this.#left.size > MOST_LEFT) this.#left.delete(oldest)
    }
    this.#pending.set(id, { method, limits, stage, hears, resolve, reject })
    signal.addEventListener('abort', abandon, { once: true })
    try {
      const message = { jsonrpc: '2.0', id, method, params }
      options.sent?.(message)
      this.#send(message, stage)
      return await promise
    } finally {
      this.#pending.delete(id)
      signal.removeEventListener('abort', abandon)
    }
  }

  /** @throws UpstreamFault when it cannot be written. */
  notify(method: string, params: JsonObject, stage: Stage): void {
    this.#send({ jsonrpc: '2.0', method, params }, stage)
  }

  answer(id: RpcId, reply: Reply): void {
    this.#isSent({ jsonrpc: '2.0', id, ...reply })
  }

  /** Fails everything in flight, and whatever is asked later. */
  end(fault: UpstreamFault): void {
    this.#ended ??= fault
    this.#share.letGo()
    for (const pending of this.#pending.values()) pending.reject(this.#ended)
  }

  #break(fault: UpstreamFault): void {
    if (this.#ended) return
    this.end(fault)
    this.#deps.broken(fault)
  }

  #read(chunk: Buffer): void {
    if (this.#ended) return
    const maxBytes = () => this.#limits().maxBytes
    const endless = () => tooLarge(this.#limits(), `a line on the stdout of ${this.#deps.where}`, this.#stage())
    try {
      for (const line of this.#reader.push(chunk, maxBytes, endless)) {
        if (this.#ended) return
        if (this.#reader.wasCut) this.#refuse(line, this.#reader.lineBytes)
        else this.#accept(line)
      }
      this.#hold()
    } catch (error) {
      if (!(error instanceof UpstreamFault)) throw error
      this.#break(error)
    }
  }

  /** A line that is on its way; where there is no room for it, only its ends are kept. */
  #hold(): void {
    try {
      this.#share.hold(this.#reader.pendingBytes, this.#stage())
    } catch {
      this.#reader.cut()
      this.#share.letGo()
    }
  }

  /** A reply that is too large, or that there was no room for, of which both ends are there: they tell whose it was. */
  #refuse(ends: string, bytes: number): void {
    if (isUnasked(ends)) return void this.#deps.unasked(bytes)
    const id = guessId(ends)
    if (this.#left.delete(id)) return
    const asked = this.#pending.get(id)
    if (asked) asked.reject(this.#tooMuch(asked, bytes))
    else this.#refuseAll(bytes)
  }

  /** Their replies may come all the same. */
  #refuseAll(bytes: number): void {
    for (const [id, pending] of this.#pending) {
      this.#left.set(id, { limits: pending.limits })
      pending.reject(this.#tooMuch(pending, bytes))
    }
  }

  #tooMuch({ limits, method, stage }: Pending, bytes: number): UpstreamFault {
    if (bytes <= limits.maxBytes) return tooMuchAtOnce(stage)
    return tooLarge(limits, `the reply of ${this.#deps.where} to ${method}`, stage)
  }

  #accept(line: string): void {
    const json = this.#parse(line)
    // The 2025-03-26 revision allowed batches.
    const parts = Array.isArray(json) ? json : [json]
    for (const part of parts) {
      if (this.#ended) return
      if (part !== undefined && this.#isHandled(part, line)) this.#strayLines = this.#strayBytes = 0
      else this.#stray(line)
    }
  }

  /** `undefined` for what is not JSON. @throws UpstreamFault when it is nested too deep to tell whose reply it is. */
  #parse(line: string): Json | undefined {
    try {
      return parseBounded(line, this.#limits(), `a message of ${this.#deps.where}`, this.#stage())
    } catch (error) {
      if (!(error instanceof UpstreamFault) || error.cause instanceof SyntaxError) return undefined
      const pending = this.#pending.get(guessId(line))
      if (!pending) throw error
      pending.reject(error)
      return []
    }
  }

  #listenerTo({ method, params }: { readonly method: string; readonly params: JsonObject }) {
    return listenerTo(method, params, this.#pending.values()) ?? this.#deps.listener
  }

  /** False when the message is nothing to us. */
  #isHandled(json: Json, line: string): boolean {
    const message = readMessage(json)
    switch (message?.kind) {
      case 'request':
        this.#deps.unasked(Math.max(line.length, LEAST_UNASKED))
        if (!this.#isTakenUp(message)) this.#isSent(answerTo(message.id, message.method))
        return true
      case 'notification':
        this.#deps.unasked(Math.max(line.length, LEAST_UNASKED))
        this.#listenerTo(message).notified(message.method, message.params)
        return true
      case 'reply':
        return this.#settle(message.id, message.reply, line)
      default:
        return isObject(json) && isId(json.id) && this.#settle(json.id, undefined, line)
    }
  }

  #isTakenUp({ id, method, params }: Extract<Incoming, { kind: 'request' }>): boolean {
    if (isTakenUp(id, method, params, this.#pending.values())) return true
    return this.#deps.listener.asked?.(id, method, params) === true
  }

  /** `reply` is undefined when it has our id, but not the form of a reply. */
  #settle(id: RpcId | undefined, reply: Reply | undefined, line: string): boolean {
    if (id === undefined) return false
    const pending = this.#pending.get(id)
    if (!pending) return this.#left.delete(id)
    const { method, limits, stage, resolve, reject } = pending
    const { where } = this.#deps
    if (line.length > limits.maxBytes || Buffer.byteLength(line) > limits.maxBytes) {
      reject(this.#tooMuch(pending, Number.POSITIVE_INFINITY))
    } else if (reply) {
      resolve(reply)
    } else {
      reject(
        faultOf('invalid_response', { stage, where, detail: `its reply to ${method} is not JSON-RPC`, nextAction }),
      )
    }
    return true
  }

  /** The specification forbids to cancel `initialize`. */
  #cancel(requestId: number, method: string): void {
    if (method === 'initialize') return
    this.#isSent({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } })
  }

  #stray(line: string): void {
    this.#strayLines++
    this.#strayBytes += line.length
    this.#deps.strayed(line)
    if (this.#strayLines <= MAX_STRAY_LINES && this.#strayBytes <= MAX_STRAY_BYTES) return
    const { where } = this.#deps
    const site = { stage: this.#stage(), where, detail: this.#strayNote(), nextAction: LOG_TO_STDERR }
    this.#break(faultOf('invalid_response', site))
  }

  #strayNote(): string {
    const lines = this.#strayLines === 1 ? 'a line' : `${this.#strayLines} lines`
    return `it wrote ${lines} to stdout in answer to nothing`
  }

  /** A timeout tells what came instead of the reply. */
  #explained(reason: unknown, stage: Stage): unknown {
    if (this.#strayLines === 0 || !isTimeout(reason)) return reason
    const detail = `in time; ${this.#strayNote()}`
    return faultOf('timeout', { stage, where: this.#deps.where, detail, nextAction: LOG_TO_STDERR, cause: reason })
  }

  #send(message: JsonObject, stage: Stage): void {
    const { where, output } = this.#deps
    if (this.#ended) throw this.#ended
    if (this.#isSent(message)) return
    if (!output.writable) throw faultOf('connection_reset', { stage, where, detail: 'on its stdin' })
    const detail = `and does not read its stdin: ${output.writableLength} bytes wait`
    throw faultOf('timeout', { stage, where, detail })
  }

  /** False when it cannot be written, or too much waits already. */
  #isSent(message: JsonObject): boolean {
    const { output } = this.#deps
    if (!output.writable) return false
    const line = Buffer.from(`${JSON.stringify(message)}\n`)
    if (output.writableLength > 0 && output.writableLength + line.length > MAX_UNREAD_BYTES) return false
    output.write(line)
    return true
  }

  /** Of the most generous request that a reply may come to: a line tells its id only once it was read. */
  #limits(): Limits {
    let widest = CHECK_LIMITS
    for (const asked of [this.#pending, this.#left]) {
      for (const { limits } of asked.values()) if (limits.maxBytes > widest.maxBytes) widest = limits
    }
    return widest
  }

  #stage(): Stage {
    for (const { stage } of this.#pending.values()) return stage
    return 'handshake'
  }
}

const nextAction = 'Check that the command starts an MCP server.'

const isTimeout = (reason: unknown): boolean =>
  reason instanceof UpstreamFault
    ? reason.failure.code === 'timeout' && reason.outcome === 'protocol'
    : reason instanceof Error && reason.name === 'TimeoutError'

/** Whether a message that must not be parsed is a notification or a question, and so nobody's reply. */
const isUnasked = (line: string): boolean =>
  /^\s*\{(?:\s*"(?:jsonrpc|id)"\s*:\s*(?:"[^"]*"|\d+)\s*,){0,2}\s*"method"\s*:/.test(line.slice(0, 200))

/** The id of a reply that must not be parsed, written at either end of it; NaN when it is at neither. */
function guessId(line: string): number {
  const head = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/.exec(line.slice(0, 200))
  const tail = /"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(line.slice(-200))
  return Number(head?.[1] ?? tail?.[1] ?? Number.NaN)
}
