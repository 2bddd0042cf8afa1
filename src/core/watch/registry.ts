import type { Clock } from '../clock.ts'
import type { Server, ServerConfig } from '../config/server.ts'
import { AppError } from '../errors.ts'
import type { DomainEvent } from '../events.ts'
import type { BreakerConfig } from '../health/breaker-config.ts'
import type { HealthEvent } from '../health/health-event.ts'
import { next } from '../health/reducer.ts'
import { initial, restore, save } from '../health/restore.ts'
import type { Policy } from '../health/state.ts'
import { type ServerId, serverId } from '../ids.ts'
import type { Change, Store, Upstreams } from '../ports.ts'
import { changesOf } from './consequences.ts'
import type { Fleet, Member } from './fleet.ts'
import type { Journal } from './journal.ts'
import type { Monitor } from './monitor.ts'

type Deps = {
  readonly fleet: Fleet
  readonly monitor: Monitor
  readonly journal: Journal
  readonly upstreams: Pick<Upstreams, 'drop'>
  readonly store: Pick<Store, 'loadServers' | 'reserveServerIds'>
  /** Breaker settings of the fleet, as they are now. */
  readonly breaker: () => BreakerConfig
  /** The view of a server that its events carry. */
  readonly view: (member: Member) => object
  readonly clock: Clock
  readonly random: () => number
}

/** What is to be registered; `enabled` false registers it disabled. */
export type NewServer = { readonly config: ServerConfig; readonly enabled: boolean }

/** Starts a second apart at most this many; over so long at least are the first checks after a start spread. */
const FIRST_CHECKS = { perSecond: 250, spreadMs: 30_000 } as const

/** Adds, changes and removes servers: the fleet in memory, the store and the watch move together. */
export class Registry {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Brings back every server as it was kept, its first check spread so that a restart is no stampede. */
  async load(): Promise<void> {
    const { store, fleet, monitor, journal, clock, random } = this.#deps
    const loaded = await store.loadServers()
    const spreadMs = Math.max(FIRST_CHECKS.spreadMs, (loaded.length / FIRST_CHECKS.perSecond) * 1_000)
    const changes: Change[] = []
    for (const [index, { server, state: saved, ...known }] of loaded.entries()) {
      const { revision, config } = server
      const policy = this.#policy(config)
      const firstCheckInMs = Math.min(spreadMs, policy.intervalMs) * ((index + random()) / loaded.length)
      const restart = { policy, revision, clock, random: random(), firstCheckInMs }
      const { state, effects } = saved
        ? restore(saved, restart)
        : { state: initial(policy, revision, clock.now()), effects: [] }
      const member = fleet.put({ server, state, ...known })
      if (effects.length > 0) changes.push(...changesOf(member, effects, clock))
    }
    if (changes.length > 0) await journal.write(changes)
    for (const { server } of loaded) monitor.watch(server.id)
  }

  /** As `createAll`, for one. */
  async create(entry: NewServer): Promise<Member> {
    const [member] = await this.createAll([entry])
    if (!member) throw new Error('A server was registered and is not there')
    return member
  }

  /** Registers all of them or none; their first checks start at once. @throws AppError 'conflict' for a name that is taken. */
  async createAll(entries: readonly NewServer[]): Promise<readonly Member[]> {
    const { store, fleet, journal, monitor, clock } = this.#deps
    const names = new Set<string>()
    for (const { config } of entries) {
      if (names.has(config.name)) throw nameTaken(config.name)
      this.#assertFree(config.name)
      names.add(config.name)
    }
    if (journal.outage) throw journal.outage
    const ids = await store.reserveServerIds(entries.length)
    const now = clock.wall()
    const members = entries.map(({ config, enabled }, index): Member => {
      const server: Server = {
        id: serverId(ids[index] ?? Number.NaN),
        revision: 1,
        config,
        createdAt: now,
        updatedAt: now,
      }
      const fresh = initial(this.#policy(config), 1, clock.now())
      const state = enabled ? fresh : next(fresh, { type: 'disabled' }, clock.now(), 0).state
      return fleet.stamp({ server, state, identity: undefined, capabilities: undefined })
    })
    await journal.write(members.flatMap((member) => this.#creation(member)))
    for (const member of members) fleet.put(member)
    for (const { server } of members) monitor.watch(server.id)
    return members
  }

  /**
   * Changes the configuration. A new target, credential or timeout makes the health unknown and drops the connection;
   * anything else takes effect without forgetting what is known.
   * @throws AppError 'not_found', 'conflict' for a name that is taken, 'precondition_failed' when `ifRevision` is old.
   */
  async update(id: ServerId, change: (config: ServerConfig) => ServerConfig, ifRevision?: number): Promise<Member> {
    const { fleet, monitor, clock } = this.#deps
    await monitor.apply(id, (before) => {
      const { server } = before
      if (ifRevision !== undefined && ifRevision !== server.revision) {
        throw new AppError('precondition_failed', `Server ${id} was changed meanwhile; read it again`)
      }
      const config = change(server.config)
      if (config.name !== server.config.name) this.#assertFree(config.name)
      const updated: Server = { ...server, config, revision: server.revision + 1, updatedAt: clock.wall() }
      const policy = this.#policy(config)
      const event: HealthEvent = connectsDifferently(server.config, config)
        ? { type: 'configured', revision: updated.revision, policy }
        : { type: 'policy_changed', policy }
      const told = this.#event('mcp_server_updated', fleet.stamp({ ...before, server: updated }))
      return { event, server: updated, more: [{ type: 'server_saved', server: updated }, told] }
    })
    return fleet.get(id)
  }

  /** @throws AppError 'not_found' */
  async remove(id: ServerId): Promise<void> {
    const { fleet, journal, monitor, upstreams, clock } = this.#deps
    const { server, version } = fleet.get(id)
    const event: DomainEvent = {
      type: 'mcp_server_deleted',
      serverId: id,
      serverName: server.config.name,
      version,
      severity: 'info',
    }
    await journal.write([
      { type: 'server_deleted', serverId: id },
      { type: 'event', event, at: clock.wall() },
    ])
    fleet.remove(id)
    monitor.forget(id)
    await upstreams.drop(id)
  }

  /** Enabling also resets the breaker and clears an automatic disabling; the first check starts at once. */
  async enable(id: ServerId): Promise<Member> {
    await this.#deps.monitor.apply(id, () => ({ event: { type: 'enabled' } }))
    return this.#deps.fleet.get(id)
  }

  /** A disabled server keeps no connection and no process. */
  async disable(id: ServerId): Promise<Member> {
    const { monitor, upstreams, fleet } = this.#deps
    await monitor.apply(id, () => ({ event: { type: 'disabled' } }))
    await upstreams.drop(id)
    return fleet.get(id)
  }

  /** Lets servers feel changed breaker settings at once. */
  async policiesChanged(): Promise<void> {
    const { fleet, monitor } = this.#deps
    const changes = [...fleet.all()].map(({ server: { id } }) =>
      monitor.apply(id, ({ server }) => ({ event: { type: 'policy_changed', policy: this.#policy(server.config) } })),
    )
    await Promise.all(changes)
  }

  #policy({ checkIntervalMs, timeoutMs, breakerOverride }: ServerConfig): Policy {
    return { intervalMs: checkIntervalMs, timeoutMs, breaker: { ...this.#deps.breaker(), ...breakerOverride } }
  }

  #assertFree(name: string): void {
    if (this.#deps.fleet.byName(name)) throw nameTaken(name)
  }

  #creation(member: Member): Change[] {
    const { server, state, identity } = member
    return [
      { type: 'server_saved', server },
      { type: 'state_saved', serverId: server.id, state: save(state, this.#deps.clock), identity },
      this.#event('mcp_server_created', member),
    ]
  }

  #event(type: 'mcp_server_created' | 'mcp_server_updated', member: Member): Change {
    const { server, version } = member
    const about = { serverId: server.id, serverName: server.config.name, version, severity: 'info' } as const
    return { type: 'event', event: { type, ...about, server: this.#deps.view(member) }, at: this.#deps.clock.wall() }
  }
}

const nameTaken = (name: string) =>
  new AppError('conflict', `A server named "${name}" exists already`, {
    fields: [{ path: 'name', message: 'is taken' }],
  })

const connectsDifferently = (before: ServerConfig, after: ServerConfig): boolean =>
  before.target !== after.target || before.auth !== after.auth || before.timeoutMs !== after.timeoutMs
