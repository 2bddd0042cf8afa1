import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import type { CallView } from '../../api/calls.ts'
import type { EventView } from '../../api/events-view.ts'
import type { JobProgress } from '../../api/jobs.ts'
import type { LiveReply } from '../../api/live.ts'
import type { ServerView } from '../../api/server-view.ts'
import type { Clock } from '../../core/clock.ts'
import type { CheckNotice, StoredEvent } from '../../core/events.ts'
import type { Feed } from '../../core/feed.ts'
import type { StoredCall } from '../../core/gateway/call-history.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Store } from '../../core/ports.ts'
import type { Principal } from '../access/principal.ts'
import type { TokenBook } from '../access/token-book.ts'
import { checkNoticeView, eventView } from '../views/events.ts'
import { ChangedServers } from './changed-servers.ts'
import type { Followed } from './live-action.ts'
import { LiveConnection } from './live-connection.ts'
import { type LiveEvent, liveEvent } from './live-event.ts'
import { replay } from './live-replay.ts'
import { NoticeThrottle } from './notice-throttle.ts'
import { type Snapshot, StatusPages } from './status-pages.ts'

type Deps = {
  readonly events: Feed<StoredEvent>
  readonly checks: Feed<CheckNotice>
  readonly tokens: Pick<TokenBook, 'revoked' | 'isValid'>
  readonly snapshot: () => Snapshot
  /** Of our history. */
  readonly epoch: string
  /** Of those that are still registered. */
  readonly viewsOf: (ids: readonly ServerId[]) => readonly ServerView[]
  readonly callView: (call: StoredCall) => CallView
  readonly store: Pick<Store, 'events' | 'eventRange'>
  readonly clock: Clock
  readonly log: Logger
}

/** What a reader asked for when it connected. */
type Wish = {
  readonly sinceSeq: number | undefined
  /** Of the history it heard before; undefined when it does not say. */
  readonly epoch: string | undefined
  readonly follows: ReadonlySet<Followed>
}

const TICK_MS = 500
const TICKS_PER_PING = 60
/** So often the traffic of servers that are called is told with their views. */
const TICKS_PER_TRAFFIC = 10
const BATCH_MS = 100
/** Of one message: nobody reads more. */
const MOST_CALLS = 200

/** Tells every connected reader what happens: each event is serialised once, and a slow reader slows nobody. */
export class LiveHub {
  readonly #deps: Deps
  readonly #connections = new Set<LiveConnection>()
  readonly #pages: StatusPages
  readonly #notices: NoticeThrottle
  readonly #changed: ChangedServers
  /** Servers that were called since their traffic was told last. */
  readonly #called = new Set<ServerId>()
  readonly #stop: (() => void)[]
  #stopTick = () => {}
  #stopBatch: (() => void) | undefined
  /** Jobs that moved since they were told last. */
  readonly #jobs = new Map<string, JobProgress>()
  #stopJobs: (() => void) | undefined
  #lastId = 0
  #ticks = 0

  constructor(deps: Deps) {
    this.#deps = deps
    this.#pages = new StatusPages(deps)
    this.#notices = new NoticeThrottle(deps.clock, (notice) => this.#tell(checkNoticeView(notice)))
    this.#changed = new ChangedServers(deps.clock, (ids) => this.#tellServers(ids))
    this.#stop = [
      deps.events.subscribe((event) => {
        this.#pages.forget()
        if ('serverId' in event.event) this.#changed.add(event.event.serverId)
        this.#tell(eventView(event))
      }),
      deps.checks.subscribe((notice) => {
        this.#pages.checked(notice.serverId)
        this.#changed.add(notice.serverId)
        this.#notices.offer(notice)
      }),
      deps.tokens.revoked.subscribe(() => this.#endInvalid()),
    ]
    this.#tick()
  }

  /** Connections, those that are being closed too. */
  get size(): number {
    return this.#connections.size
  }

  /** Connections that are still told what happens. */
  get readers(): number {
    return [...this.#connections].filter((connection) => connection.open).length
  }

  /** Takes a reader in: first the state or what it missed, then events, without gap or repetition between them. */
  add(socket: WebSocket, principal: Principal, wish: Wish): void {
    const { clock, log } = this.#deps
    const connection = new LiveConnection({
      ...{ socket, principal, clock, follows: wish.follows },
      onPending: () => this.#batchSoon(),
    })
    this.#connections.add(connection)
    log.info({ principal: principal.name, role: principal.role }, 'live connection opened')
    socket.on('close', (code) => {
      this.#connections.delete(connection)
      log.info({ principal: principal.name, role: principal.role, code }, 'live connection closed')
    })
    // Revoked between the proof and now.
    if (!this.#deps.tokens.isValid(principal.tokenId)) {
      connection.close('notAllowed')
      return
    }
    this.#begin(connection, wish).catch((err) => {
      log.error({ err }, 'live connection could not be started')
      connection.close('tryAgain')
    })
  }

  /** How far a job of checks is, for every reader; of many steps within 100 ms the last. */
  tellJob(job: JobProgress): void {
    this.#jobs.set(job.job_id, job)
    this.#stopJobs ??= this.#deps.clock.after(BATCH_MS, () => {
      this.#stopJobs = undefined
      const jobs = [...this.#jobs.values()]
      this.#jobs.clear()
      for (const latest of jobs) this.#tellAll({ type: 'check_job', job: latest })
    })
  }

  /** What agents called, to who follows calls: the newest of many. */
  tellCalls(calls: readonly StoredCall[]): void {
    for (const { serverId } of calls) this.#called.add(serverId)
    const followers = [...this.#connections].filter((connection) => connection.follows.has('calls'))
    if (followers.length === 0) return
    const told = calls.slice(-MOST_CALLS).map(this.#deps.callView)
    const reply: LiveReply = { type: 'calls', calls: told, omitted: calls.length - told.length }
    const frame = Buffer.from(JSON.stringify(reply))
    for (const connection of followers) connection.tell(frame)
  }

  close(): void {
    for (const stop of this.#stop) stop()
    this.#stopTick()
    this.#stopBatch?.()
    this.#stopJobs?.()
    this.#notices.close()
    this.#changed.close()
    for (const connection of this.#connections) connection.close('goingAway')
  }

  async #begin(connection: LiveConnection, { sinceSeq, epoch = this.#deps.epoch }: Wish): Promise<void> {
    const toEvent = (event: StoredEvent): LiveEvent => liveEvent(++this.#lastId, eventView(event))
    const isOurs = sinceSeq !== undefined && epoch === this.#deps.epoch
    const caughtUp = isOurs && (await replay(connection, sinceSeq, this.#deps.store, toEvent))
    if (!caughtUp || connection.follows.has('servers')) {
      const { seq, frames, checked } = this.#pages.now()
      // Who was told what it missed goes on there: it may hear of an event that the pages show already.
      if (!caughtUp) connection.startAt(seq)
      for (const frame of frames) await connection.write(frame)
      if (connection.follows.has('servers')) for (const id of checked) this.#changed.add(id)
    }
    connection.goLive()
  }

  #tell(view: EventView): void {
    if (this.#connections.size === 0) return
    const event = liveEvent(++this.#lastId, view)
    for (const connection of this.#connections) connection.offer(event)
  }

  #tellAll(reply: LiveReply): void {
    const frame = Buffer.from(JSON.stringify(reply))
    for (const connection of this.#connections) connection.tell(frame)
  }

  #tellServers(ids: readonly ServerId[]): void {
    const followers = [...this.#connections].filter((connection) => connection.follows.has('servers'))
    if (followers.length === 0) return
    const reply: LiveReply = { type: 'servers', servers: [...this.#deps.viewsOf(ids)] }
    const frame = Buffer.from(JSON.stringify(reply))
    for (const connection of followers) connection.follow(frame)
  }

  #batchSoon(): void {
    this.#stopBatch ??= this.#deps.clock.after(BATCH_MS, () => {
      this.#stopBatch = undefined
      const frames = new Map<string, Buffer>()
      for (const connection of this.#connections) connection.flush(frames)
    })
  }

  #tick(): void {
    this.#stopTick = this.#deps.clock.after(TICK_MS, () => {
      this.#ticks += 1
      this.#endInvalid()
      if (this.#ticks % TICKS_PER_TRAFFIC === 0) {
        for (const id of this.#called) this.#changed.add(id)
        this.#called.clear()
      }
      if (this.#ticks % TICKS_PER_PING === 0) for (const connection of this.#connections) connection.probe()
      this.#tick()
    })
  }

  /** Ends who may not read any more: expired, deleted, signed out. */
  #endInvalid(): void {
    for (const connection of this.#connections) {
      if (!this.#deps.tokens.isValid(connection.principal.tokenId)) connection.close('notAllowed')
    }
  }
}
