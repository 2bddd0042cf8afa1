import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import type { Scopes } from '../../core/gateway/scopes.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { ClientSelf } from '../relay-request.ts'
import type { McpUpstreams } from '../upstreams.ts'
import { LegacySession } from './legacy-session.ts'
import { OwnPlaces } from './own-places.ts'
import { RpcFailure } from './rpc-failure.ts'
import type { Subscriptions } from './subscriptions.ts'

type Deps = {
  readonly clock: Clock
  readonly upstreams: Pick<McpUpstreams, 'connectFor' | 'withoutSessions'>
  /** Connections of their own to servers that sessions with one token may have. */
  readonly mostOfToken: number
  readonly fleet: Pick<Fleet, 'find'>
  readonly scopes: Pick<Scopes, 'partOf'>
  readonly subscriptions: Pick<Subscriptions, 'open' | 'leave'>
}

type Opening = {
  readonly caller: Caller
  readonly endpoint: Endpoint
  readonly client: ClientSelf
  readonly version: string
}

/** Without a word of the client's for so long, its session is forgotten; it finds out by a 404, and opens another. */
const IDLE_MS = 30 * 60_000
const LOOK_MS = 60_000
const MOST_SESSIONS = 10_000
/** Of one token: a client that opens sessions and never uses them takes nobody else's. */
const MOST_OF_ONE = 2_000

/** The sessions of legacy clients. */
export class SessionBook {
  readonly #deps: Deps
  readonly #places: OwnPlaces<LegacySession>
  readonly #sessions = new Map<string, LegacySession>()
  #stopLooking: () => void

  constructor(deps: Deps) {
    this.#deps = deps
    this.#places = new OwnPlaces({ ...deps, end: (session) => this.end(session) })
    this.#stopLooking = this.#look()
  }

  get size(): number {
    return this.#sessions.size
  }

  all(): Iterable<LegacySession> {
    return this.#sessions.values()
  }

  /** @throws RpcFailure when there are too many. */
  open(opening: Opening): LegacySession {
    const { tokenId } = opening.caller
    const own = [...this.#sessions.values()].filter(({ caller }) => caller.tokenId === tokenId)
    if (own.length >= MOST_OF_ONE || this.#sessions.size >= MOST_SESSIONS) {
      const idlest = (own.length >= MOST_OF_ONE ? own : [...this.#sessions.values()])
        .filter(({ isIdle }) => isIdle)
        .sort((a, b) => a.lastUsed - b.lastUsed)[0]
      if (idlest === undefined) throw new RpcFailure(503, -32_000, 'Too many sessions are open')
      this.end(idlest)
    }
    const deps = { ...this.#deps, places: this.#places }
    const session = new LegacySession({ ...opening, id: randomUUID() }, deps, this.#deps.clock.now())
    this.#sessions.set(session.id, session)
    return session
  }

  /** The session of this client at this endpoint: nobody else finds it. */
  find(id: string, caller: Caller, endpoint: Endpoint): LegacySession | undefined {
    const session = this.#sessions.get(id)
    if (session?.caller.tokenId !== caller.tokenId || session.endpoint.path !== endpoint.path) return undefined
    session.lastUsed = this.#deps.clock.now()
    return session
  }

  end(session: LegacySession): void {
    this.#sessions.delete(session.id)
    session.end()
  }

  close(): void {
    this.#stopLooking()
    for (const session of this.#sessions.values()) this.end(session)
  }

  #look(): () => void {
    return this.#deps.clock.after(LOOK_MS, () => {
      const oldest = this.#deps.clock.now() - IDLE_MS
      for (const session of this.#sessions.values()) {
        if (session.isIdle && session.lastUsed < oldest) this.end(session)
        else session.connections.keepUp((id) => this.#deps.fleet.find(id))
      }
      this.#stopLooking = this.#look()
    })
  }
}
