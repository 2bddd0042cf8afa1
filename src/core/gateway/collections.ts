import type { Clock } from '../clock.ts'
import { AppError } from '../errors.ts'
import type { DomainEvent } from '../events.ts'
import type { CollectionId, ServerId } from '../ids.ts'
import type { Change, Store } from '../ports.ts'
import type { Journal } from '../watch/journal.ts'
import type { Collection, CollectionConfig } from './collection.ts'

type Deps = {
  readonly store: Pick<Store, 'collections' | 'reserveCollectionId'>
  readonly journal: Pick<Journal, 'write' | 'outage'>
  readonly clock: Clock
}

type ChangeKind = Extract<DomainEvent, { type: 'collection_changed' }>['change']

/** Every collection: in memory for asking, in the store for keeping. Changes are made one after another. */
export class Collections {
  readonly #deps: Deps
  readonly #byId = new Map<CollectionId, Collection>()
  readonly #byName = new Map<string, Collection>()
  #revision = 0
  #lastChange: Promise<unknown> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  async load(): Promise<void> {
    for (const collection of await this.#deps.store.collections()) this.#put(collection)
  }

  /** Another after each change. */
  get revision(): number {
    return this.#revision
  }

  /** In the order of their ids. */
  all(): readonly Collection[] {
    return [...this.#byId.values()]
  }

  find(id: CollectionId): Collection | undefined {
    return this.#byId.get(id)
  }

  byName(name: string): Collection | undefined {
    return this.#byName.get(name)
  }

  /** @throws AppError 'not_found' */
  get(id: CollectionId): Collection {
    const collection = this.#byId.get(id)
    if (!collection) throw new AppError('not_found', `No collection ${id}`)
    return collection
  }

  /** @throws AppError 'conflict' for a name that is taken. */
  create(config: CollectionConfig): Promise<Collection> {
    return this.#inTurn(async () => {
      this.#assertFree(config.name)
      const { store, journal, clock } = this.#deps
      if (journal.outage) throw journal.outage
      const id = await store.reserveCollectionId()
      const now = clock.wall()
      return await this.#save({ id, revision: 1, config, createdAt: now, updatedAt: now }, 'created')
    })
  }

  /** @throws AppError 'not_found', 'conflict' for a name that is taken, 'precondition_failed' when `ifRevision` is old. */
  update(
    id: CollectionId,
    change: (config: CollectionConfig) => CollectionConfig,
    ifRevision?: number,
  ): Promise<Collection> {
    return this.#inTurn(async () => {
      const before = this.get(id)
      if (ifRevision !== undefined && ifRevision !== before.revision) {
        throw new AppError('precondition_failed', `Collection ${id} was changed meanwhile; read it again`)
      }
      const config = change(before.config)
      if (config.name !== before.config.name) this.#assertFree(config.name)
      const updatedAt = this.#deps.clock.wall()
      return await this.#save({ ...before, config, revision: before.revision + 1, updatedAt }, 'updated')
    })
  }

  /** @throws AppError 'not_found' */
  remove(id: CollectionId): Promise<void> {
    return this.#inTurn(async () => {
      const collection = this.get(id)
      const deleted: Change = { type: 'collection_deleted', collectionId: id }
      await this.#deps.journal.write([deleted, this.#event(collection, 'deleted')])
      this.#byId.delete(id)
      this.#byName.delete(collection.config.name)
      this.#revision += 1
    })
  }

  /** Keeps the name under which a server left, to be told from then on where it is missing. */
  serverDeleted(id: ServerId, name: string): Promise<void> {
    return this.#inTurn(async () => {
      for (const collection of this.all()) {
        const { config } = collection
        if (!config.servers.some((server) => server.serverId === id && server.serverName !== name)) continue
        const servers = config.servers.map((server) =>
          server.serverId === id ? { ...server, serverName: name } : server,
        )
        const renamed = { ...collection, config: { ...config, servers } }
        await this.#deps.journal.write([{ type: 'collection_saved', collection: renamed }])
        this.#put(renamed)
      }
    })
  }

  async #save(collection: Collection, change: ChangeKind): Promise<Collection> {
    const saved: Change = { type: 'collection_saved', collection }
    await this.#deps.journal.write([saved, this.#event(collection, change)])
    this.#put(collection)
    return collection
  }

  #put(collection: Collection): void {
    const before = this.#byId.get(collection.id)
    if (before) this.#byName.delete(before.config.name)
    this.#byId.set(collection.id, collection)
    this.#byName.set(collection.config.name, collection)
    this.#revision += 1
  }

  #assertFree(name: string): void {
    if (!this.#byName.has(name)) return
    throw new AppError('conflict', `A collection named "${name}" exists already`, {
      fields: [{ path: 'name', message: 'is taken' }],
    })
  }

  #event({ id, config }: Collection, change: ChangeKind): Change {
    const about = { collectionId: id, collectionName: config.name, severity: 'info' } as const
    return { type: 'event', event: { type: 'collection_changed', change, ...about }, at: this.#deps.clock.wall() }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(work)
    this.#lastChange = turn.catch(() => undefined)
    return turn
  }
}
