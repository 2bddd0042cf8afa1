import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../../core/capabilities.ts'
import type { Clock, Instant } from '../../core/clock.ts'
import type { Limits, RpcId } from '../channel.ts'
import { parseBounded } from '../json-bounds.ts'
import { isObject, MOST_ASKED, readMessages } from '../json-rpc.ts'
import { EventStreamParser } from './event-stream.ts'
import type { AnswerReader, HttpRequest } from './http-exchange.ts'
import { costOf, EVENT_COST } from './http-reply.ts'
import type { HttpSender } from './http-sender.ts'
import type { StreamPlaces } from './stream-places.ts'

type Deps = {
  readonly clock: Clock
  readonly sender: Pick<HttpSender, 'sendFresh'>
  readonly places: StreamPlaces
  readonly where: string
  readonly notified: (method: string, params: JsonObject) => void
  /** The upstream asks us something on the stream. */
  readonly asked: (id: RpcId, method: string, params: JsonObject) => void
}

/** A server that offers no stream, or ends it, is asked again this much later at the earliest. */
const PAUSE_MS = 60_000

type Opening = {
  /** Beside one that is open, which ends once this one is. */
  readonly anew: boolean
  /** The first event says what will be told. */
  readonly isAcknowledged: boolean
}

const LEGACY: Opening = { anew: false, isAcknowledged: false }

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged'

/** One event, in bytes: a change of lists takes a hundred. */
const MOST_EVENT_BYTES = 64 * 1024

/** What may come, and be asked, within a minute: more than a talkative log needs, and little to read. */
const WINDOW_MS = 60_000
const MOST_BYTES = 1024 * 1024

/**
 * The stream on which a server over streamable HTTP tells that its lists changed, while nobody asks it anything. It is
 * a convenience: deep checks find the same, later. So whatever goes wrong with it ends it and says nothing about the
 * server. While it is open it costs one socket, about 12 KiB (TLS takes more), and what is there of one event.
 */
export class StandingStream {
  readonly #deps: Deps
  /** The newest last. Two while one takes the place of the other, so that nothing is missed. */
  readonly #streams = new Set<AbortController>()
  #triedAt: Instant | undefined
  #settled: Promise<JsonObject | undefined> = Promise.resolve(undefined)

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Sends what `make` gives and listens; does nothing while a stream is open, or was tried a moment ago, unless `anew`.
   * Resolves once the server agreed to tell, with what it acknowledged, or did not.
   */
  open(make: () => HttpRequest, { anew, isAcknowledged }: Opening = LEGACY): Promise<JsonObject | undefined> {
    const { clock, sender, places } = this.#deps
    if (this.isTried && !anew) return this.#settled
    // One that takes the place of another needs none of its own.
    if (this.#streams.size === 0 && !places.take()) return Promise.resolve(undefined)
    this.#triedAt = clock.now()
    const controller = new AbortController()
    this.#streams.add(controller)
    const { promise, resolve } = Promise.withResolvers<JsonObject | undefined>()
    this.#settled = promise
    const opened = (acknowledged: JsonObject | undefined) => {
      this.#endOlderThan(controller)
      resolve(acknowledged)
    }
    const ended = () => {
      resolve(undefined)
      if (this.#streams.delete(controller) && this.#streams.size === 0) places.giveBack()
    }
    const options = { trace: undefined, signal: controller.signal }
    const request = make()
    const repeatedBytes = isAcknowledged ? MOST_ESCAPED * (request.body?.length ?? 0) : undefined
    const reader = new StandingStreamReader(this.#deps, opened, repeatedBytes)
    sender.sendFresh(request, reader, options).then(ended, ended)
    return promise
  }

  /** While a stream is open, or was tried a moment ago. */
  get isTried(): boolean {
    if (this.#streams.size > 0) return true
    return this.#triedAt !== undefined && this.#deps.clock.now() - this.#triedAt < PAUSE_MS
  }

  /** The next one is opened whenever it is wanted. */
  close(): void {
    this.#triedAt = undefined
    if (this.#streams.size > 0) this.#deps.places.giveBack()
    for (const stream of this.#streams) stream.abort(LEFT)
    this.#streams.clear()
  }

  #endOlderThan(newest: AbortController): void {
    if (!this.#streams.has(newest)) return
    for (const stream of this.#streams) {
      if (stream === newest) return
      this.#streams.delete(stream)
      stream.abort(LEFT)
    }
  }
}

/** What a character of ours may become where others escape it (`\\u00e9`), in bytes. */
const MOST_ESCAPED = 6

const LEFT = new Error('nobody listens any more')

/** Reads events until the stream ends, or brings more than it may. */
class StandingStreamReader implements AnswerReader<'ended'> {
  readonly keptBytes = 0
  readonly #deps: Deps
  readonly #opened: (acknowledged: JsonObject | undefined) => void
  readonly #repeatedBytes: number | undefined
  readonly #events = new EventStreamParser()
  #since: Instant
  #taken: number
  #asked = 0

  /** `repeatedBytes`: what an acknowledgement has beyond other events, since it repeats the request; undefined: none comes. */
  constructor(deps: Deps, opened: (acknowledged: JsonObject | undefined) => void, repeatedBytes: number | undefined) {
    this.#deps = deps
    this.#opened = opened
    this.#repeatedBytes = repeatedBytes
    this.#taken = -(repeatedBytes ?? 0)
    this.#since = deps.clock.now()
  }

  start(status: number, headers: IncomingHttpHeaders): undefined {
    const isStream = status === 200 && /^text\/event-stream\b/i.test(headers['content-type'] ?? '')
    const encoding = headers['content-encoding'] ?? 'identity'
    if (!isStream || encoding !== 'identity') throw new Error('the server offers no stream')
    if (this.#repeatedBytes === undefined) this.#opened(undefined)
  }

  get #limits(): Limits {
    return { maxBytes: MOST_EVENT_BYTES + (this.#repeatedBytes ?? 0), maxDepth: 64 }
  }

  data(piece: Buffer): undefined {
    this.#take(costOf(piece))
    for (const { type, data } of this.#events.push(piece)) {
      this.#take(EVENT_COST)
      if (type === 'message' && data !== '') this.#hear(data)
    }
    if (this.#events.pendingBytes > this.#limits.maxBytes) throw new Error('an event without end')
  }

  end(): 'ended' {
    return 'ended'
  }

  /** A reply ends the stream: in the modern era it says goodbye, and a legacy server has none to send. */
  #hear(data: string): void {
    const { where, notified, asked } = this.#deps
    for (const message of readMessages(parseBounded(data, this.#limits, `An event of ${where}`))) {
      if (message?.kind === 'reply') throw new Error('the server ended the stream')
      if (message?.kind === 'notification' && message.method === ACKNOWLEDGED) this.#acknowledged(message.params)
      else if (message?.kind === 'notification') notified(message.method, message.params)
      if (message?.kind === 'request' && this.#asked++ < MOST_ASKED) asked(message.id, message.method, message.params)
    }
  }

  #acknowledged({ notifications }: JsonObject): void {
    if (this.#repeatedBytes !== undefined) this.#opened(isObject(notifications) ? notifications : undefined)
  }

  #take(cost: number): void {
    const now = this.#deps.clock.now()
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now
      this.#taken = 0
      this.#asked = 0
    }
    this.#taken += cost
    if (this.#taken > MOST_BYTES) throw new Error('more than anybody can listen to')
  }
}
