import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { CheckResult } from '../src/core/check.ts'
import { type Clock, instant, timestamp } from '../src/core/clock.ts'
import type { Server } from '../src/core/config/server.ts'
import { DEFAULT_BREAKER } from '../src/core/health/breaker-config.ts'
import type { HealthEvent } from '../src/core/health/health-event.ts'
import { next } from '../src/core/health/reducer.ts'
import { initial } from '../src/core/health/restore.ts'
import { Compaction } from '../src/core/history/compaction.ts'
import { Recorder } from '../src/core/history/recorder.ts'
import { limitsOf } from '../src/core/history/retention.ts'
import { ROLL_UP_MS } from '../src/core/history/roll-up.ts'
import { serverId } from '../src/core/ids.ts'
import type { Change, Store } from '../src/core/ports.ts'
import { changesOf, checkRow } from '../src/core/watch/consequences.ts'
import type { Member } from '../src/core/watch/fleet.ts'
import { openStore } from '../src/store/open-store.ts'
import { openVault } from '../src/store/vault.ts'
import { cpuMicros } from './cpu.ts'
import type { Measurement } from './report.ts'
import { rounded } from './statistics.ts'
import { serverConfig } from './watched-fleet.ts'

const { minute: MINUTE, hour: HOUR, day: DAY } = ROLL_UP_MS
const SERVERS = 100
const FLEET = 1_000
/** Days with everything kept for one day only, to see the file stop growing. */
const SHORT = { servers: 20, days: 4 } as const
const RETENTION = {
  days: 30,
  healthLogDays: undefined,
  eventDays: undefined,
  incidentDays: 365,
  callDays: 7,
  payloadDays: 2,
} as const
const GIB = 1024 ** 3
/** What a commit waits for, so that this measures bytes and not the disk. */
const COMMIT_MS = 20_000

/** What a day of checks takes on disk, what that comes to in 30 days, and whether the file stops growing. */
export const history: Measurement = {
  name: 'history',
  what: 'what a day of checks takes on disk',
  minutes: 3,
  async run() {
    await using owned = new AsyncDisposableStack()
    const day = await Simulation.start(owned, SERVERS)
    const empty = day.bytes()
    const before = cpuMicros()
    await day.pass(DAY)
    const microsPerCheck = (cpuMicros() - before) / day.checks
    const [rows, total] = thirtyDays(empty, day.bytes())
    await day.close()
    const short = await Simulation.start(owned, SHORT.servers)
    const sizes: (readonly [number, number, number])[] = []
    for (let n = 1; n <= SHORT.days; n++) {
      await short.pass(DAY)
      await short.prune(DAY)
      sizes.push([n, (await stat(short.file)).size / 1024, short.checks])
    }
    await short.close()
    const tables = [
      {
        title: `A day of ${SERVERS} servers checked every minute, SQLite, by table`,
        columns: ['what', 'bytes per server and day', 'days kept of 30', 'MiB in 30 days of 1,000 servers'],
        rows: [...rows, ['all', '', '', rounded(total / 1024 ** 2)]],
        notes: [
          'One in ten is down for 30 minutes, one in a hundred all day; the rest passes, with times that vary by a fifth.',
          `${rounded((total / GIB) * 100)} % of the 1 GiB that is the goal. Reducer, recorder and store: ${rounded(microsPerCheck)} us of CPU a check.`,
        ],
      },
      {
        title: `The file of ${SHORT.servers} servers when everything is kept for a day`,
        columns: ['after days', 'KiB', 'checks so far'],
        rows: sizes.map(([n, kib, checks]) => [n, rounded(kib), checks]),
      },
    ]
    const goals = [{ what: '30 days of 1,000 servers at 60 s', unit: 'GiB', most: 1, reached: total / GIB }]
    return { tables, goals }
  },
}

/** How long the rows of a table stay within 30 days; what is not here is there once for each server. */
const DAYS_KEPT: Readonly<Record<string, number>> = {
  check_log: 30,
  check_log_newest: 30,
  check_log_at: 30,
  check_log_run: 30,
  event: 30,
  event_at: 30,
  incident: 30,
  incident_newest: 30,
  incident_ended: 30,
  span: 30,
  'roll_up (minutes)': 2,
  'roll_up (hours, days)': 30,
}

/** Of a row of roll-ups beside its sketch, to tell how the sizes share the table. */
const ROW_BYTES = 30

type Sizes = ReadonlyMap<string, number>

function thirtyDays(empty: Sizes, full: Sizes): readonly [(readonly (string | number)[])[], number] {
  let total = 0
  const rows = [...full]
    .map(([table, bytes]) => {
      const perServer = (bytes - (empty.get(table) ?? 0)) / SERVERS
      const days = DAYS_KEPT[table] ?? 1
      total += perServer * days * FLEET
      return [table, rounded(perServer), days, rounded((perServer * days * FLEET) / 1024 ** 2)] as const
    })
    .filter(([, perServer]) => Number(perServer) > 0)
  return [rows, total]
}

/** Servers whose checks, states and time are made here; everything that is stored goes the usual way. */
class Simulation implements Clock {
  readonly file: string
  readonly #store: Store
  readonly #reader: DatabaseSync
  readonly #recorder = new Recorder(this)
  readonly #compaction: Compaction
  #members: Member[]
  #nowMs = 0
  checks = 0

  static async start(owned: AsyncDisposableStack, servers: number): Promise<Simulation> {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-bench-'))
    owned.defer(() => rm(dataDir, { recursive: true, force: true }))
    const vault = await openVault({ dataDir, secretKey: undefined })
    const simulation = new Simulation(await openStore({ databaseUrl: undefined, dataDir, vault }), dataDir, servers)
    await simulation.#store.commit(
      simulation.#members.map(({ server }) => ({ type: 'server_saved', server }) satisfies Change),
    )
    await simulation.#compaction.load()
    return simulation
  }

  private constructor(store: Store, dataDir: string, servers: number) {
    this.#store = store
    this.file = path.join(dataDir, 'omni2.db')
    this.#reader = new DatabaseSync(this.file, { readOnly: true })
    this.#members = Array.from({ length: servers }, (_, n) => aMember(n + 1, this))
    const ids = () => this.#members.map(({ server }) => server.id)
    const journal = {
      outage: undefined,
      storedUntil: timestamp(Number.POSITIVE_INFINITY),
      write: (changes: readonly Change[]) => store.commit(changes),
    }
    this.#compaction = new Compaction({ store, journal, servers: ids, clock: this })
  }

  now() {
    return instant(this.#nowMs)
  }
  wall() {
    return timestamp(this.wallAheadMs + this.#nowMs)
  }
  readonly wallAheadMs = Date.UTC(2026, 0, 1)
  after() {
    return () => {}
  }

  /** Checks every server when it is due, and does the upkeep of every hour. */
  async pass(ms: number): Promise<void> {
    const until = this.#nowMs + ms
    let changes: Change[] = []
    while (this.#nowMs < until) {
      this.#nowMs += 1_000
      for (const [index, member] of this.#members.entries()) {
        const due = member.state.nextCheck
        if (due && due.at <= this.#nowMs) this.#members[index] = this.#check(member, due.trigger, due.deep, changes)
      }
      if (this.#nowMs % COMMIT_MS !== 0) continue
      if (changes.length > 0) await this.#store.commit(changes)
      changes = []
      if (this.#nowMs % HOUR === 0) await this.#upkeep()
    }
    await this.#upkeep()
  }

  /** Removes what is older than `ms`, of every kind. */
  async prune(ms: number): Promise<void> {
    const before = timestamp(this.wall() - ms)
    const { marks } = this.#compaction
    const rolled = { hour: timestamp(Math.min(before, marks.hour)), day: timestamp(Math.min(before, marks.day)) }
    const limits = {
      checks: before,
      events: before,
      calls: before,
      payloads: before,
      incidents: before,
      spans: before,
      minute: rolled.hour,
    }
    while ((await this.#store.prune({ ...limits, hour: rolled.day, day: before }, 1_000)) > 0);
  }

  bytes(): Sizes {
    const rows = this.#reader.prepare('select name, sum(pgsize) as bytes from dbstat group by name').all()
    const sizes = new Map(rows.map(({ name, bytes }) => [String(name), Number(bytes)]))
    const shares = this.#reader
      .prepare(
        `select sum(length(latency) + ${ROW_BYTES}) as n, sum((size = 'minute') * (length(latency) + ${ROW_BYTES})) as minutes from roll_up`,
      )
      .get()
    const all = sizes.get('roll_up') ?? 0
    const minutes = Number(shares?.n) > 0 ? (all * Number(shares?.minutes)) / Number(shares?.n) : 0
    sizes.delete('roll_up')
    return sizes.set('roll_up (minutes)', minutes).set('roll_up (hours, days)', all - minutes)
  }

  async close(): Promise<void> {
    this.#reader.close()
    await this.#store.close()
  }

  async #upkeep(): Promise<void> {
    while (await this.#compaction.step());
    await this.#store.prune(limitsOf(RETENTION, this.#compaction.marks, this.wall()), 1_000)
  }

  #check(
    before: Member,
    trigger: 'scheduled' | 'canary' | 'manual' | 'passive' | 'reload',
    deep: boolean,
    changes: Change[],
  ) {
    const started = this.#move(before, { type: 'check_requested', trigger, deep, leaseMs: 11_000 }, changes)
    const { inFlight } = started.state
    if (!inFlight) return started
    this.checks++
    const result = resultOf(before.server.id, this.#nowMs)
    const own: Change[] = []
    const after = this.#move(started, { type: 'check_finished', token: inFlight.token, result }, own, result)
    const row = checkRow(after, inFlight.trigger, result, this)
    changes.push(this.#recorder.logged(row, !own.some(({ type }) => type === 'event')), ...own)
    return after
  }

  #move(before: Member, event: HealthEvent, changes: Change[], result?: CheckResult): Member {
    const { state, effects } = next(before.state, event, this.now(), Math.random())
    const after: Member = { ...before, state }
    const stages = result?.stages ?? []
    const recorded = this.#recorder.moved({
      serverId: before.server.id,
      before: before.state,
      after: state,
      event,
      stages,
    })
    if (result || effects.length > 1) changes.push(...changesOf(after, effects, this), ...recorded)
    return after
  }
}

function aMember(id: number, clock: Clock): Member {
  const config = serverConfig(`server-${id}`, `http://127.0.0.1:9/${id}`, MINUTE)
  const server: Server = { id: serverId(id), revision: 1, config, createdAt: clock.wall(), updatedAt: clock.wall() }
  const policy = { intervalMs: MINUTE, timeoutMs: 10_000, breaker: DEFAULT_BREAKER }
  return {
    server,
    state: initial(policy, 1, instant(0)),
    identity: undefined,
    capabilities: undefined,
    version: 1,
  }
}

function resultOf(id: number, nowMs: number): CheckResult {
  const intoDay = nowMs % DAY
  const isDown = id % 100 === 1 || (id % 10 === 2 && intoDay >= 12 * HOUR && intoDay < 12.5 * HOUR)
  const common = { identity: undefined, capabilities: undefined } as const
  if (isDown) {
    const failure = {
      code: 'connect_refused',
      stage: 'connect',
      message: `Connection refused by 127.0.0.1:${9_000 + id}`,
      nextAction: 'Start the server, or correct host and port.',
    } as const
    return {
      ...common,
      outcome: 'connect',
      failure,
      stages: [{ stage: 'connect', ok: false, ms: 1 }],
      responseTimeMs: 1,
    }
  }
  const ms = (5 + id) * (0.9 + 0.2 * Math.random())
  return { ...common, outcome: 'ok', stages: [{ stage: 'handshake', ok: true, ms }], responseTimeMs: ms }
}
