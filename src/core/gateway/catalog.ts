import type { Capabilities } from '../capabilities.ts'
import type { Clock } from '../clock.ts'
import type { CheckNotice, DomainEvent } from '../events.ts'
import type { Feed } from '../feed.ts'
import type { ServerId } from '../ids.ts'
import type { Fleet } from '../watch/fleet.ts'
import { LIST_KINDS, type ListKind } from './offered.ts'

/** Lists that are not what they were: of these servers, or undefined of any. */
export type ListChange = { readonly kind: ListKind; readonly servers: ReadonlySet<string> | undefined }

type Deps = {
  readonly fleet: Pick<Fleet, 'all' | 'find'>
  readonly clock: Clock
  readonly changes: Feed<ListChange>
}

/** What a server was seen to offer last, and under which name. */
type Seen = { readonly name: string; readonly value: Capabilities | undefined }

/** Tells when what agents are offered is not what it was, whoever changed it. */
export class Catalog {
  readonly #deps: Deps
  readonly #seen = new Map<ServerId, Seen>()
  readonly #toSee = new Set<ServerId>()
  #willLook = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Takes what is there for known. */
  load(): void {
    for (const { server } of this.#deps.fleet.all()) this.#see(server.id)
  }

  /** Something happened to a server, or to a collection. Who was told of it first may not have changed the fleet yet. */
  heard(event: DomainEvent | CheckNotice): void {
    if ('serverId' in event) this.#toSee.add(event.serverId)
    else if (event.type === 'collection_changed') this.#tell(LIST_KINDS, undefined)
    if (this.#toSee.size === 0 || this.#willLook) return
    this.#willLook = true
    this.#deps.clock.after(0, this.#look)
  }

  readonly #look = (): void => {
    this.#willLook = false
    const changed = new Map(LIST_KINDS.map((kind) => [kind, new Set<string>()]))
    for (const id of this.#toSee) {
      const before = this.#seen.get(id)
      const after = this.#see(id)
      for (const [kind, servers] of changed) {
        if (isSame(before, after, kind)) continue
        for (const seen of [before, after]) if (seen) servers.add(seen.name)
      }
    }
    this.#toSee.clear()
    for (const [kind, servers] of changed) if (servers.size > 0) this.#tell([kind], servers)
  }

  #see(id: ServerId): Seen | undefined {
    const member = this.#deps.fleet.find(id)
    if (member?.state.admin.kind !== 'active') {
      this.#seen.delete(id)
      return undefined
    }
    const seen = { name: member.server.config.name, value: member.capabilities?.value }
    this.#seen.set(id, seen)
    return seen
  }

  #tell(kinds: readonly ListKind[], servers: ReadonlySet<string> | undefined): void {
    for (const kind of kinds) this.#deps.changes.emit({ kind, servers })
  }
}

const isSame = (a: Seen | undefined, b: Seen | undefined, kind: ListKind): boolean =>
  (a?.name === b?.name && a?.value === b?.value) || textOf(a, kind) === textOf(b, kind)

const textOf = (seen: Seen | undefined, kind: ListKind): string => {
  const items = seen?.value?.[kind] ?? []
  return items.length === 0 ? '' : [seen?.name, ...items.map(({ hash }) => hash)].join(' ')
}
