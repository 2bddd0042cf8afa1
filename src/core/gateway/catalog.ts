import type { Capabilities } from '../capabilities.ts'
import { type Clock, type Instant, later } from '../clock.ts'
import type { CheckNotice, DomainEvent } from '../events.ts'
import type { Feed } from '../feed.ts'
import type { HealthStatus } from '../health/state.ts'
import { derive } from '../health/status.ts'
import type { CollectionId, ServerId } from '../ids.ts'
import type { Fleet, Member } from '../watch/fleet.ts'
import type { GatewaySettings } from './gateway-settings.ts'
import type { ListKind } from './offered.ts'

/** Templates are told of with resources. */
const TOLD = {
  tools: ['tools'],
  prompts: ['prompts'],
  resources: ['resources', 'templates'],
} as const satisfies Record<string, readonly ListKind[]>
export type ToldKind = keyof typeof TOLD
export const TOLD_KINDS = ['tools', 'prompts', 'resources'] as const satisfies readonly ToldKind[]

/** Lists that are not what they were, and because of what. */
export type ListChange = { readonly kind: ToldKind } & Cause
type Cause =
  /** By the names they have or had. */
  | { readonly cause: 'servers'; readonly servers: ReadonlyMap<string, ServerId> }
  | { readonly cause: 'collection'; readonly collection: CollectionId }
  /** Where servers are put together, names may be longer or shorter. */
  | { readonly cause: 'name_limit' }

type Deps = {
  readonly fleet: Pick<Fleet, 'all' | 'find'>
  readonly clock: Clock
  readonly settings: () => GatewaySettings
  readonly changes: Feed<ListChange>
}

/** What a server was seen to offer last, and under which name. */
type Seen = { readonly name: string; readonly value: Capabilities | undefined }

/** So long lists stay as they are once health changed them. */
const HEALTH_PAUSE_MS = 60_000

/** Knows which servers are left out of lists, and tells when what agents are offered is not what it was. */
export class Catalog {
  readonly #deps: Deps
  readonly #seen = new Map<ServerId, Seen>()
  readonly #toSee = new Set<ServerId>()
  #cancelLook: (() => void) | undefined
  #isClosed = false
  #hidden: ReadonlySet<ServerId> = new Set()
  /** When health may change lists again. */
  #healthAfter: Instant | undefined
  #stopWaiting: (() => void) | undefined
  #nameLimit: number | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Takes what is there for known. */
  load(): void {
    this.#hidden = this.#down()
    this.#nameLimit = this.nameLimit
    for (const { server } of this.#deps.fleet.all()) this.#see(server.id)
  }

  close(): void {
    this.#isClosed = true
    this.#stopWaiting?.()
    this.#cancelLook?.()
  }

  /** Whether a server is left out of lists. */
  isHidden(id: ServerId): boolean {
    return this.#hidden.has(id)
  }

  /** How long names may be where servers are put together. */
  get nameLimit(): number {
    return this.#deps.settings().nameLimit
  }

  /** Something happened to a server, or to a collection. Who was told of it first may not have changed the fleet yet. */
  heard(event: DomainEvent | CheckNotice): void {
    if ('serverId' in event) this.#toSee.add(event.serverId)
    else if (event.type === 'collection_changed') {
      this.#tell(TOLD_KINDS, { cause: 'collection', collection: event.collectionId })
    }
    if (this.#toSee.size > 0) this.#lookSoon()
  }

  /** A person changed what is listed, and wants to see it. */
  settingsChanged(): void {
    this.#hidden = this.#down()
    this.#lookAtAll()
    if (this.#nameLimit !== this.nameLimit) this.#tell(['tools', 'prompts'], { cause: 'name_limit' })
    this.#nameLimit = this.nameLimit
  }

  #lookSoon(): void {
    if (!this.#isClosed) this.#cancelLook ??= this.#deps.clock.after(0, this.#look)
  }

  readonly #look = (): void => {
    this.#cancelLook?.()
    this.#cancelLook = undefined
    this.#hide()
    const changed = new Map(TOLD_KINDS.map((kind) => [kind, new Map<string, ServerId>()]))
    for (const id of this.#toSee) {
      const before = this.#seen.get(id)
      const after = this.#see(id)
      for (const [kind, servers] of changed) {
        if (isSame(before, after, kind)) continue
        for (const seen of [before, after]) if (seen) servers.set(seen.name, id)
      }
    }
    this.#toSee.clear()
    for (const [kind, servers] of changed) if (servers.size > 0) this.#tell([kind], { cause: 'servers', servers })
  }

  #lookAtAll(): void {
    for (const { server } of this.#deps.fleet.all()) this.#toSee.add(server.id)
    this.#look()
  }

  /** Leaves out who is down now, if lists may change because of that; else later. */
  #hide(): void {
    const { fleet, clock } = this.#deps
    const isNews = [...this.#toSee].some((id) => this.#isDown(fleet.find(id)) !== this.#hidden.has(id))
    if (!isNews || this.#stopWaiting !== undefined) return
    const now = clock.now()
    if (this.#healthAfter !== undefined && now < this.#healthAfter) {
      this.#stopWaiting = clock.after(this.#healthAfter - now, () => {
        this.#stopWaiting = undefined
        this.#lookAtAll()
      })
      return
    }
    this.#hidden = this.#down()
    this.#healthAfter = later(now, HEALTH_PAUSE_MS)
    for (const { server } of fleet.all()) this.#toSee.add(server.id)
  }

  #down(): ReadonlySet<ServerId> {
    const down = [...this.#deps.fleet.all()].filter((member) => this.#isDown(member))
    return new Set(down.map(({ server }) => server.id))
  }

  #isDown(member: Member | undefined): boolean {
    return member !== undefined && this.#deps.settings().hidesDown && DOWN.has(derive(member.state))
  }

  #see(id: ServerId): Seen | undefined {
    const member = this.#deps.fleet.find(id)
    if (member?.state.admin.kind !== 'active' || this.#hidden.has(id)) {
      this.#seen.delete(id)
      return undefined
    }
    const seen = { name: member.server.config.name, value: member.capabilities?.value }
    this.#seen.set(id, seen)
    return seen
  }

  #tell(kinds: readonly ToldKind[], cause: Cause): void {
    for (const kind of kinds) this.#deps.changes.emit({ kind, ...cause })
  }
}

const DOWN: ReadonlySet<HealthStatus> = new Set<HealthStatus>(['unhealthy', 'disconnected', 'circuit_open'])

const isSame = (a: Seen | undefined, b: Seen | undefined, kind: ToldKind): boolean =>
  (a?.name === b?.name && a?.value === b?.value) || textOf(a, kind) === textOf(b, kind)

const textOf = (seen: Seen | undefined, kind: ToldKind): string => {
  const items = TOLD[kind].flatMap((list) => seen?.value?.[list] ?? [])
  return items.length === 0 ? '' : [seen?.name, ...items.map(({ hash }) => hash)].join(' ')
}
