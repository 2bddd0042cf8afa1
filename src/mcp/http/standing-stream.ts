import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from '../../core/capabilities.ts'
import type { Clock, Instant } from '../../core/clock.ts'
import type { RpcId } from '../channel.ts'
import { parseBounded } from '../json-bounds.ts'
import { MOST_ASKED, readMessages } from '../json-rpc.ts'
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

/** One event, in bytes: a change of lists takes a hundred. */
const MOST_EVENT_BYTES = 64 * 1024
const EVENT_LIMITS = { maxBytes: MOST_EVENT_BYTES, maxDepth: 64 }

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
  #open: AbortController | undefined
  #triedAt: Instant | undefined
  #settled: Promise<void> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Sends what `make` gives and listens; does nothing while a stream is open, or was tried a moment ago. Resolves once
   * the server agreed to tell, or did not.
   */
  open(make: () => HttpRequest): Promise<void> {
    const { clock, sender, places } = this.#deps
    const now = clock.now()
    if (this.#open !== undefined || (this.#triedAt !== undefined && now - this.#triedAt < PAUSE_MS)) {
      return this.#settled
    }
    if (!places.take()) return this.#settled
    this.#triedAt = now
    const controller = new AbortController()
    this.#open = controller
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#settled = promise
    const ended = () => {
      resolve()
      places.giveBack()
      if (this.#open === controller) this.#open = undefined
    }
    const options = { trace: undefined, signal: controller.signal }
    sender.sendFresh(make(), new StandingStreamReader(this.#deps, resolve), options).then(ended, ended)
    return promise
  }

  /** Ends the stream; the next may be opened at once. */
  forget(): void {
    this.close()
    this.#triedAt = undefined
  }

  close(): void {
    this.#open?.abort(new Error('nobody listens any more'))
    this.#open = undefined
  }
}

/** Reads events until the stream ends, or brings more than it may. */
class StandingStreamReader implements AnswerReader<'ended'> {
  readonly keeps = false
  readonly #deps: Deps
  readonly #opened: () => void
  readonly #events = new EventStreamParser()
  #since: Instant
  #taken = 0
  #asked = 0

  constructor(deps: Deps, opened: () => void) {
    this.#deps = deps
    this.#opened = opened
    this.#since = deps.clock.now()
  }

  start(status: number, headers: IncomingHttpHeaders): undefined {
    const isStream = status === 200 && /^text\/event-stream\b/i.test(headers['content-type'] ?? '')
    const encoding = headers['content-encoding'] ?? 'identity'
    if (!isStream || encoding !== 'identity') throw new Error('the server offers no stream')
    this.#opened()
  }

  data(piece: Buffer): undefined {
    this.#take(costOf(piece))
    for (const { type, data } of this.#events.push(piece)) {
      this.#take(EVENT_COST)
      if (type === 'message' && data !== '') this.#hear(data)
    }
    if (this.#events.pendingBytes > MOST_EVENT_BYTES) throw new Error('an event without end')
  }

  end(): 'ended' {
    return 'ended'
  }

  /** A reply ends the stream: in the modern era it says goodbye, and a legacy server has none to send. */
  #hear(data: string): void {
    const { where, notified, asked } = this.#deps
    for (const message of readMessages(parseBounded(data, EVENT_LIMITS, `An event of ${where}`))) {
      if (message?.kind === 'reply') throw new Error('the server ended the stream')
      if (message?.kind === 'notification') notified(message.method, message.params)
      if (message?.kind === 'request' && this.#asked++ < MOST_ASKED) asked(message.id, message.method, message.params)
    }
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
