import type { CollectionId, ServerId } from '../ids.ts'
import type { ListChange } from './catalog.ts'
import type { Collection, Part } from './collection.ts'
import type { Caller, Endpoint } from './endpoint.ts'
import { EVERYTHING, partOf, type Scope, scopeOfCollection, scopeOfLimit, type TokenLimit } from './scope.ts'

type Deps = {
  readonly collections: {
    /** Another after each change of any collection. */
    readonly revision: number
    find(id: CollectionId): Collection | undefined
    byName(name: string): Collection | undefined
  }
}

/** Scopes made once and asked for with every request: what a caller may use, by its token's limit. */
export class Scopes {
  readonly #deps: Deps
  readonly #ofCollections = new WeakMap<Collection, Scope>()
  /** Tokens are read anew now and then, and equal limits are then other objects. */
  #byText = new Map<string, Scope>()
  #byLimit = new WeakMap<TokenLimit, Scope>()
  #revision: number

  constructor(deps: Deps) {
    this.#deps = deps
    this.#revision = deps.collections.revision
  }

  /** What the limit leaves of all there is; for the endpoint of everything, and for those of single servers. */
  within(limit: TokenLimit | undefined): Scope {
    if (limit === undefined) return EVERYTHING
    if (this.#revision !== this.#deps.collections.revision) this.#forget()
    return this.#byLimit.get(limit) ?? this.#make(limit)
  }

  /** The collection's own scope; undefined when there is none of that name, or not for this caller. */
  ofCollection(name: string, limit: TokenLimit | undefined): Scope | undefined {
    const collection = this.#deps.collections.byName(name)
    if (collection === undefined || (limit !== undefined && !limit.collections.includes(collection.id)))
      return undefined
    const made = this.#ofCollections.get(collection)
    if (made) return made
    const scope = scopeOfCollection(collection)
    this.#ofCollections.set(collection, scope)
    return scope
  }

  /** What of the server this caller may use at this endpoint; undefined: nothing. */
  partOf(id: ServerId, { collection }: Endpoint, { limit }: Caller): Part | undefined {
    const scope = collection === undefined ? this.within(limit) : this.ofCollection(collection, limit)
    return scope && partOf(scope, id)
  }

  /** Whether lists that this caller finds at this endpoint may be others: nobody hears of what is not for it. */
  concerns(change: ListChange, endpoint: Endpoint, caller: Caller): boolean {
    const { collection, server } = endpoint
    if (change.cause === 'name_limit') return server === undefined
    if (change.cause === 'collection') {
      if (collection === undefined) return caller.limit?.collections.includes(change.collection) ?? false
      return this.#deps.collections.byName(collection)?.id === change.collection
    }
    const { kind, servers } = change
    const ids = server === undefined ? [...servers.values()] : [servers.get(server)]
    return ids.some((id) => {
      const part = id === undefined ? undefined : this.partOf(id, endpoint, caller)
      return part !== undefined && (kind === 'tools' || part[kind])
    })
  }

  #make(limit: TokenLimit): Scope {
    const text = JSON.stringify([limit.servers, limit.collections])
    const scope = this.#byText.get(text) ?? scopeOfLimit(limit, (id) => this.#deps.collections.find(id))
    this.#byText.set(text, scope)
    this.#byLimit.set(limit, scope)
    return scope
  }

  #forget(): void {
    this.#revision = this.#deps.collections.revision
    this.#byText = new Map()
    this.#byLimit = new WeakMap()
  }
}
