import type { CheckResult, Outcome, Trigger } from '../check.ts'
import { type Clock, earlier, type Instant, type Timestamp } from '../clock.ts'
import type { Server } from '../config/server.ts'
import { AppError } from '../errors.ts'
import type { CheckNotice, StoredEvent } from '../events.ts'
import type { Feed } from '../feed.ts'
import type { Effect, HealthEvent } from '../health/health-event.ts'
import { next } from '../health/reducer.ts'
import type { HealthStatus } from '../health/state.ts'
import { derive } from '../health/status.ts'
import { wakeAt } from '../health/wake.ts'
import type { Recorder } from '../history/recorder.ts'
import type { ServerId } from '../ids.ts'
import type { Change, CheckRow, UpstreamSignal, Upstreams } from '../ports.ts'
import { classOf } from './admission.ts'
import { CheckQueue, type Ticket } from './check-queue.ts'
import { changesOf, checkRow, isWorthStoring, noticeOf } from './consequences.ts'
import { within } from './deadline.ts'
import { type Fleet, informed, type Member, originOf } from './fleet.ts'
import type { Alarm, FleetAlarm } from './fleet-alarm.ts'
import { excused, unfinished } from './inconclusive.ts'
import type { Journal } from './journal.ts'
import { leaseMs } from './lease.ts'
import { OnDemandLimit } from './on-demand-limit.ts'
import { OneTimer } from './one-timer.ts'
import { PassedCalls } from './passed-calls.ts'
import type { StallWatch } from './stall-watch.ts'
import { Turns } from './turns.ts'
import { Wakes } from './wakes.ts'

type Deps = {
  readonly fleet: Fleet
  readonly journal: Journal
  readonly upstreams: Pick<Upstreams, 'check' | 'drop'>
  readonly alarm: FleetAlarm
  readonly stalls: StallWatch
  readonly recorder: Recorder
  /** Told of every check that ended. */
  readonly checks: Feed<CheckNotice>
  readonly clock: Clock
  /** A number in [0, 1). */
  readonly random: () => number
  /** Checks in flight; as many as `CAPS` allow when absent. */
  readonly mostInFlight?: number | undefined
  /** Told of every failure of our own (never of a failing upstream); the watch goes on. */
  readonly onError: (error: unknown) => void
}

/** How one check went and what it made of the server. */
export type CheckReport = {
  readonly member: Member
  readonly previousStatus: HealthStatus
  readonly result: CheckResult
  readonly at: Timestamp
}

/** What a person wants of a server; `server`: as it is to be. */
type Wish = { readonly event: HealthEvent; readonly server?: Server; readonly more?: readonly Change[] }

/** How a server moves; `changes` must be stored. */
type Move = {
  readonly before: Member
  readonly after: Member
  readonly event: HealthEvent
  readonly effects: readonly Effect[]
  readonly changes: readonly Change[]
}

type Demand = { readonly trigger: Trigger; readonly report: PromiseWithResolvers<CheckReport> }
type Running = { readonly deep: boolean; readonly report: Promise<CheckReport>; readonly abort: AbortController }
type RunCheck = Extract<Effect, { type: 'run_check' }>

/**
 * What goes on with one server. Held as long as it is watched: what is put into a Map for each check and taken out again
 * lives on in the tables that the Map outgrew, with all it refers to, until the whole heap is collected.
 */
type Watched = { running: Running | undefined; demand: Demand | undefined; lastStart: Instant | undefined }

/** What a person asked for. */
const ON_DEMAND: readonly Trigger[] = ['manual', 'reload']
const START_GAP_MS = 1_000

/** Watches the fleet: checks every server when it is due, and any server on demand. */
export class Monitor {
  readonly #deps: Deps
  readonly #wakes = new Wakes()
  readonly #queue: CheckQueue<Demand | undefined>
  readonly #watched = new Map<ServerId, Watched>()
  readonly #limit = new OnDemandLimit()
  readonly #passed: PassedCalls
  /** Of people who change a server: until that is stored nothing else moves it. */
  readonly #turns = new Turns<ServerId>()
  readonly #stop = new AbortController()
  readonly #timer: OneTimer

  constructor(deps: Deps) {
    this.#deps = deps
    this.#queue = new CheckQueue(deps.mostInFlight)
    this.#timer = new OneTimer(deps.clock, () => this.#pump())
    this.#passed = new PassedCalls({ ...deps, due: (id) => this.#note(id, { type: 'time_passed' }) })
  }

  /** Begins to look after a server that was put into the fleet. */
  watch(id: ServerId): void {
    this.#wakes.set(id, wakeAt(this.#deps.fleet.get(id).state))
    this.#pump()
  }

  /** Forgets a server that was removed from the fleet; a check still running changes nothing. */
  forget(id: ServerId): void {
    this.#wakes.set(id, undefined)
    this.#queue.remove(id)
    this.#limit.forget(id)
    this.#passed.forget(id)
    this.#deps.recorder.forget(id)
    const { demand, running } = this.#of(id)
    this.#watched.delete(id)
    demand?.report.reject(gone(id))
    running?.abort.abort(gone(id))
    this.#record(this.#tell(this.#deps.alarm.removed(id, this.#deps.clock.now())))
  }

  /**
   * Checks now, deep, or joins the check that answers already. A failing server is a result, not an error; its state
   * is stored and announced before this resolves. `urgent` goes before all scheduled checks.
   * @throws AppError 'not_found', 'rate_limited', and 'unavailable' while the store is down.
   */
  async checkNow(id: ServerId, trigger: Trigger, { urgent }: { readonly urgent: boolean }): Promise<CheckReport> {
    this.#deps.fleet.get(id)
    const watched = this.#of(id)
    const { running } = watched
    // What runs already saw the connection that a reload dropped.
    if (running?.deep && trigger !== 'reload') return running.report
    if (watched.demand) return watched.demand.report.promise
    this.#limit.take(id, this.#deps.clock.now())
    const demand: Demand = { trigger, report: Promise.withResolvers() }
    watched.demand = demand
    await running?.report.catch(() => {})
    const wait = START_GAP_MS - (this.#deps.clock.now() - (watched.lastStart ?? Number.NEGATIVE_INFINITY))
    if (wait > 0) this.#deps.clock.after(wait, () => this.#enqueueDemand(id, demand, urgent))
    else this.#enqueueDemand(id, demand, urgent)
    return demand.report.promise
  }

  /**
   * Moves one server by what a person wants of it, once that is stored together with `more`; else nothing changes.
   * @throws AppError 'not_found', 'unavailable' while the store is down, and what `wish` throws.
   */
  async apply(id: ServerId, wish: (member: Member) => Wish): Promise<readonly StoredEvent[]> {
    const { journal } = this.#deps
    // Before its turn: the one who has it may be waiting for the store.
    if (journal.outage) throw journal.outage
    try {
      return await this.#turns.take(id, () => this.#grant(id, wish))
    } finally {
      this.#pump()
    }
  }

  /** Something an upstream told of itself. */
  hear(signal: UpstreamSignal): void {
    const { type, serverId } = signal
    this.#happened(serverId, type === 'process_exited' ? { type, failure: signal.failure } : { type })
  }

  /** A user's call ended; `source` is its principal and tool. */
  observeCall(id: ServerId, outcome: Outcome, source: string): void {
    if (outcome === 'ok') this.#passed.add(id)
    else this.#happened(id, { type: 'call_finished', outcome, source })
  }

  /** Ends all watching; checks in flight are abandoned without a verdict. */
  async stop(): Promise<void> {
    this.#stop.abort(new AppError('unavailable', 'Omni2 is shutting down'))
    this.#timer.cancel()
    this.#passed.stop()
    const watched = [...this.#watched.values()]
    for (const { demand, running } of watched) {
      demand?.report.reject(this.#stop.signal.reason)
      running?.abort.abort(this.#stop.signal.reason)
    }
    this.#deps.journal.hurry()
    await Promise.allSettled(watched.map(({ running }) => running?.report))
  }

  #of(id: ServerId): Watched {
    const watched = this.#watched.get(id) ?? { running: undefined, demand: undefined, lastStart: undefined }
    this.#watched.set(id, watched)
    return watched
  }

  async #grant(id: ServerId, wish: (member: Member) => Wish): Promise<readonly StoredEvent[]> {
    const { journal, fleet } = this.#deps
    const member = fleet.get(id)
    const { event, server = member.server, more = [] } = wish(member)
    const move = this.#plan({ ...member, server }, event, (known) => fleet.stamp(known))
    const stored = await journal.write([...more, ...move.changes])
    if (!fleet.find(id)) return stored
    this.#put(move.after)
    this.#record(this.#follow(move))
    return stored
  }

  #enqueueDemand(id: ServerId, demand: Demand, urgent: boolean): void {
    const member = this.#deps.fleet.find(id)
    if (!member || this.#of(id).demand !== demand) {
      demand.report.reject(gone(id))
      return
    }
    this.#queue.add(id, urgent ? 'on_demand' : classOf(member), originOf(member.server), demand)
    this.#pump()
  }

  /** Moves every server whose time has come, starts what the caps allow, and sleeps until the next is due. */
  #pump(): void {
    if (this.#stop.signal.aborted) return
    const { clock, fleet } = this.#deps
    const now = clock.now()
    for (const id of this.#wakes.takeDue(now)) {
      const member = fleet.find(id)
      if (!member) continue
      const { inFlight, nextCheck } = member.state
      if (inFlight || !nextCheck || nextCheck.at > now) this.#note(id, { type: 'time_passed' })
      else {
        const { running, demand } = this.#of(id)
        if (!running && !demand && !this.#queue.has(id)) {
          this.#queue.add(id, classOf(member), originOf(member.server), undefined)
        }
      }
    }
    // Starting many takes a while; each counts as of when it really starts.
    for (let ticket = this.#queue.take(clock.now()); ticket; ticket = this.#queue.take(clock.now())) this.#start(ticket)
    this.#timer.wakeAt(earlier(this.#wakes.earliest(), this.#queue.retryAt(clock.now())))
  }

  #start(ticket: Ticket<Demand | undefined>): void {
    const { id, item: demand } = ticket
    if (this.#isLater(id, () => this.#start(ticket))) return
    const before = this.#deps.fleet.find(id)
    if (!before || this.#stop.signal.aborted) {
      this.#queue.finished(ticket)
      demand?.report.reject(before ? this.#stop.signal.reason : gone(id))
      return
    }
    const watched = this.#of(id)
    if (demand) watched.demand = undefined
    const { effects, changes } = this.#move(id, {
      type: 'check_requested',
      trigger: demand?.trigger ?? before.state.nextCheck?.trigger ?? 'scheduled',
      deep: demand !== undefined,
      leaseMs: leaseMs(before.server.config),
    })
    this.#record(changes)
    const run = effects.find((effect) => effect.type === 'run_check')
    if (!run) {
      this.#queue.finished(ticket)
      demand?.report.reject(new AppError('conflict', `Server ${id} cannot be checked now`))
      return
    }
    watched.lastStart = this.#deps.clock.now()
    const abort = new AbortController()
    const report = this.#check(ticket, before, run, abort.signal).finally(() => {
      watched.running = undefined
      // What became due while this check was being stored found it still running, and has to be seen again.
      const member = this.#deps.fleet.find(id)
      if (member) this.#wakes.set(id, wakeAt(member.state))
      this.#pump()
    })
    watched.running = { deep: run.deep, report, abort }
    report.then(demand?.report.resolve, demand?.report.reject ?? ((error) => this.#complain(error)))
  }

  async #check(
    ticket: Ticket<Demand | undefined>,
    before: Member,
    run: RunCheck,
    ended: AbortSignal,
  ): Promise<CheckReport> {
    const { clock, upstreams, stalls, fleet, checks } = this.#deps
    const { id } = ticket
    const startedAt = clock.now()
    const measured = await within(run.leaseMs, clock, ended, (signal) =>
      upstreams.check(before.server, { deep: run.deep, onDemand: ON_DEMAND.includes(run.trigger) }, signal),
    ).catch((error) => {
      if (!ended.aborted) this.#deps.onError(error)
      return unfinished(clock.now() - startedAt)
    })
    this.#queue.finished(ticket)
    await this.#turns.ended(id)
    this.#stop.signal.throwIfAborted()
    if (!fleet.find(id)) throw gone(id)
    const result = stalls.stalledSince(startedAt) ? excused(measured) : measured
    const previous = fleet.get(id)
    const { changes } = this.#move(id, { type: 'check_finished', token: run.token, result }, result)
    const member = fleet.get(id)
    if (member.state.admin.kind === 'inactive') upstreams.drop(id).catch((error) => this.#complain(error))
    const row = checkRow(member, run.trigger, result, clock)
    try {
      await this.#store(row, changes, ticket.item !== undefined)
    } finally {
      checks.emit(noticeOf(member, row, clock))
    }
    return { member, previousStatus: derive(previous.state), result, at: row.at }
  }

  /** Stores a check that ended, which holds up no other. One that passed, as it always does, may wait for company. */
  #store(row: CheckRow, changes: readonly Change[], isAwaited: boolean): Promise<unknown> {
    this.#pump()
    const { journal, recorder } = this.#deps
    const changesNothing = !changes.some(({ type }) => type === 'event')
    const all: readonly Change[] = [recorder.logged(row, changesNothing), ...changes]
    const isNews = row.outcome !== 'ok' || !changesNothing
    return isNews || isAwaited ? journal.record(all) : journal.log(all)
  }

  #happened(id: ServerId, event: HealthEvent): void {
    this.#note(id, event)
    this.#pump()
  }

  /** Moves one server by something nobody waits for. */
  #note(id: ServerId, event: HealthEvent): void {
    if (this.#isLater(id, () => this.#note(id, event))) return
    if (!this.#deps.fleet.find(id)) return
    this.#record(this.#move(id, event).changes)
  }

  /** Stores what nobody waits for. */
  #record(changes: readonly Change[]): void {
    if (changes.length > 0) this.#deps.journal.record(changes).catch((error) => this.#complain(error))
  }

  /** Whether somebody has a turn with this server; then `work` is done after it. */
  #isLater(id: ServerId, work: () => void): boolean {
    const turn = this.#turns.ended(id)
    turn?.then(work).catch((error) => this.#complain(error))
    return turn !== undefined
  }

  /** Moves one server, by the calls that passed first; the answer must be stored. */
  #move(id: ServerId, event: HealthEvent, result?: CheckResult): Pick<Move, 'effects' | 'changes'> {
    const calls = this.#passed.take(id)
    const heard = calls > 0 ? this.#move(id, { type: 'call_finished', outcome: 'ok', source: '', calls }) : UNMOVED
    const move = this.#plan(this.#deps.fleet.get(id), event, (known) => this.#put(known), result)
    const changes = [...heard.changes, ...move.changes, ...this.#follow(move)]
    return { effects: [...heard.effects, ...move.effects], changes }
  }

  /** The one place that asks the reducer; `keep` says what becomes of the member as it then is. */
  #plan(before: Member, event: HealthEvent, keep: (known: Member) => Member, result?: CheckResult): Move {
    const { clock, random, recorder } = this.#deps
    const { state, effects } = next(before.state, event, clock.now(), random())
    const moved = { ...before, state }
    const after = keep(result ? informed(moved, result, clock.wall()) : moved)
    if (!isWorthStoring(event, effects)) {
      return { before, after, event, effects, changes: [] }
    }
    const { id: serverId } = before.server
    const lived = { serverId, before: before.state, after: state, event, stages: result?.stages ?? [] }
    const learned = result ? recorder.learned(before, after) : []
    const changes = [...learned, ...changesOf(after, effects, clock), ...recorder.moved(lived)]
    return { before, after, event, effects, changes }
  }

  /** What a move means to others: its check that still runs, and the fleet. Answers what is to be told of that. */
  #follow({ before, after, event, effects }: Move): Change[] {
    const { clock, alarm } = this.#deps
    const { id } = after.server
    const { inFlight } = before.state
    if (inFlight && inFlight.token !== after.state.inFlight?.token && event.type !== 'check_finished') {
      this.#of(id).running?.abort.abort(new AppError('conflict', 'The server was changed during this check'))
    }
    return effects.flatMap((effect) =>
      effect.type === 'status_changed' ? this.#tell(alarm.statusChanged(id, effect.from, effect.to, clock.now())) : [],
    )
  }

  /** Lets every server know that a common cause is suspected, or no longer; answers what is to be told of that. */
  #tell(alarm: Alarm | undefined): Change[] {
    if (!alarm) return []
    const { fleet, clock } = this.#deps
    for (const { server } of fleet.all()) this.#note(server.id, { type: 'common_cause', active: alarm.active })
    return [{ type: 'event', event: alarm, at: clock.wall() }]
  }

  #put(known: Member): Member {
    const member = this.#deps.fleet.put(known)
    this.#wakes.set(member.server.id, wakeAt(member.state))
    return member
  }

  /** An outage of the store is told by the journal, once; that a server was removed or we stop is no error. */
  #complain(error: unknown): void {
    if (!(error instanceof AppError)) this.#deps.onError(error)
  }
}

const UNMOVED = { effects: [], changes: [] }
const gone = (id: ServerId) => new AppError('not_found', `No server ${id}`)
