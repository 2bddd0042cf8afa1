import type { WebSocket } from 'ws'
import type { LiveReply } from '../../api/live.ts'
import type { Clock, Instant } from '../../core/clock.ts'
import type { Principal } from '../access/principal.ts'
import { act, type Followed, type LiveSession } from './live-action.ts'
import { isWanted, type LiveEvent } from './live-event.ts'

/** Why a connection ends, as the contract numbers it. */
export const CLOSE = {
  goingAway: [1001, 'Going away'],
  notAllowed: [1008, 'Not allowed any more'],
  tooManyMessages: [1008, 'Too many messages'],
  tooSlow: [1013, 'Too slow; connect again'],
  tryAgain: [1013, 'Try again later'],
} as const satisfies Record<string, readonly [number, string]>

const MAX_BUFFERED_BYTES = 1024 * 1024
/** Of one batch; what is more waits for the next, so that a burst ends no reader that keeps up. */
const MAX_BATCH_BYTES = 512 * 1024
/** Waiting for their batch. The events are shared by all readers, so that these bytes are no memory of their own. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024
const MESSAGE_WINDOW_MS = 10_000
const MAX_MESSAGES = 100
/** In the same time, from who was told to stop and has not answered yet. */
const MOST_EVER_READ = 1_000

type Deps = {
  readonly socket: WebSocket
  readonly principal: Principal
  readonly clock: Clock
  readonly follows: ReadonlySet<Followed>
  /** Called when there is something to be sent with the next batch. */
  readonly onPending: () => void
}

/** One reader of the live feed: what it wants, what it has got, and what waits for it. */
export class LiveConnection {
  readonly principal: Principal
  readonly #socket: WebSocket
  readonly #clock: Clock
  readonly #onPending: () => void
  readonly #session: LiveSession
  /** The newest event it has or does not need. */
  #seq = 0
  /** Events that happened while it was still being told what was before; undefined once it is live. */
  #held: LiveEvent[] | undefined = []
  #heldBytes = 0
  #heldViews: Buffer[] = []
  #pending: LiveEvent[] = []
  #pendingBytes = 0
  #window: { readonly since: Instant; messages: number }
  #answeredPing = true

  constructor({ socket, principal, clock, follows, onPending }: Deps) {
    this.principal = principal
    this.#socket = socket
    this.#clock = clock
    this.#onPending = onPending
    this.#session = { principal, subscriptions: new Map(), follows, nextSubscription: 1, batching: false }
    this.#window = { since: clock.now(), messages: 0 }
    socket.on('pong', () => {
      this.#answeredPing = true
      this.#count()
    })
    socket.on('ping', () => this.#count())
    socket.on('message', (data, isBinary) => {
      if (this.#count()) this.#hear(isBinary ? '' : data.toString())
    })
  }

  /** What it wants beside events. */
  get follows(): ReadonlySet<Followed> {
    return this.#session.follows
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  get seq(): number {
    return this.#seq
  }

  /** From here on only events after `seq` are news. */
  startAt(seq: number): void {
    this.#seq = seq
  }

  /** Takes an event of the feed, at once. */
  offer(event: LiveEvent): void {
    if (!this.open) return
    if (!this.#held) {
      this.#deliver(event)
    } else if (event.seq !== undefined) {
      this.#held.push(event)
      this.#heldBytes += event.frame.length
      if (this.#heldBytes > MAX_BUFFERED_BYTES) this.close('tooSlow')
    }
  }

  /** An event of the past, which resolves once the system has taken it. */
  async replay(event: LiveEvent): Promise<void> {
    this.#seq = event.seq ?? this.#seq
    if (isWanted(event, this.#session.subscriptions.values())) await this.write(event.frame)
  }

  /** Everything before is told: hands on what was held, and from now on each event as it happens. */
  goLive(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const event of held) this.#deliver(event)
    for (const frame of this.#heldViews.splice(0)) this.#send(frame)
  }

  /** Sends and waits until the system has taken it, however long the reader needs; the reaper ends who reads nothing. */
  write(frame: Buffer): Promise<void> {
    return new Promise((resolve) => {
      if (this.open) this.#socket.send(frame, { binary: false }, () => resolve())
      else resolve()
    })
  }

  /** News that is no event; who is not live yet does without. */
  tell(frame: Buffer): void {
    if (!this.#held) this.#send(frame)
  }

  /** Views of servers that changed; they come after the pages that show them as they were. */
  follow(frame: Buffer): void {
    if (this.#held) {
      this.#heldViews.push(frame)
      this.#heldBytes += frame.length
      if (this.#heldBytes > MAX_BUFFERED_BYTES) this.close('tooSlow')
    } else {
      this.#send(frame)
    }
  }

  /** Sends what waits as one frame; readers that wait for the same share it through `frames`. */
  flush(frames: Map<string, Buffer>): void {
    if (this.#pending.length === 0) return
    const batch = this.#takeBatch()
    const key = batch.map((event) => event.id).join()
    const frame = frames.get(key) ?? Buffer.from(`{"batch":[${batch.map((event) => event.json).join(',')}]}`)
    frames.set(key, frame)
    this.#send(frame)
    if (this.#pending.length > 0) this.#onPending()
  }

  /** Asks for a sign of life; ends a connection that did not answer the last time. */
  probe(): void {
    if (!this.#answeredPing) this.#socket.terminate()
    this.#answeredPing = false
    if (this.open) this.#socket.ping()
  }

  close(why: keyof typeof CLOSE): void {
    const [code, reason] = CLOSE[why]
    this.#held = this.#held && []
    this.#pending = []
    this.#heldViews = []
    this.#socket.close(code, reason)
  }

  #deliver(event: LiveEvent): void {
    if (event.seq !== undefined) {
      if (event.seq <= this.#seq) return
      this.#seq = event.seq
    }
    if (!isWanted(event, this.#session.subscriptions.values())) return
    if (this.#session.batching) {
      this.#pending.push(event)
      this.#pendingBytes += event.frame.length
      if (this.#pendingBytes > MAX_PENDING_BYTES) this.close('tooSlow')
      else this.#onPending()
    } else {
      this.#send(event.frame)
    }
  }

  /** At least one event, and no more than fit. */
  #takeBatch(): readonly LiveEvent[] {
    let bytes = 0
    const end = this.#pending.findIndex((event) => {
      bytes += event.frame.length
      return bytes > MAX_BATCH_BYTES
    })
    const batch = this.#pending.splice(0, end === -1 ? this.#pending.length : Math.max(1, end))
    for (const event of batch) this.#pendingBytes -= event.frame.length
    return batch
  }

  /** Sends at once, or ends the connection of a reader that is too slow. */
  #send(frame: Buffer): void {
    if (!this.open) return
    // A page of the state may be large, and more of them are sent only once it is through.
    const buffered = this.#held ? 0 : this.#socket.bufferedAmount
    if (buffered + frame.length > MAX_BUFFERED_BYTES) this.close('tooSlow')
    else this.#socket.send(frame, { binary: false })
  }

  /** False when that was one too many; who goes on after being told so is cut off. Control frames count too. */
  #count(): boolean {
    const now = this.#clock.now()
    if (now - this.#window.since >= MESSAGE_WINDOW_MS) this.#window = { since: now, messages: 0 }
    this.#window.messages += 1
    if (this.#window.messages > MOST_EVER_READ) this.#socket.terminate()
    else if (this.#window.messages > MAX_MESSAGES && this.open) this.close('tooManyMessages')
    return this.#window.messages <= MAX_MESSAGES
  }

  #hear(text: string): void {
    const reply: LiveReply = act(this.#session, text, this.#clock.wall())
    this.#send(Buffer.from(JSON.stringify(reply)))
  }
}
