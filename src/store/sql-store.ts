import { type Kysely, sql } from 'kysely'
import type { Capabilities, Json } from '../core/capabilities.ts'
import { type Timestamp, timestamp } from '../core/clock.ts'
import type { Server } from '../core/config/server.ts'
import { AppError } from '../core/errors.ts'
import type { StoredEvent } from '../core/events.ts'
import type { CallCount, CallFilter, CallQuery, CallSource, StoredCall } from '../core/gateway/call-history.ts'
import type { Collection } from '../core/gateway/collection.ts'
import type { Incident } from '../core/history/incident.ts'
import type { RollUp } from '../core/history/roll-up.ts'
import type { Span } from '../core/history/span.ts'
import { type CollectionId, collectionId, type ServerId, serverId } from '../core/ids.ts'
import type {
  CapabilityChangeQuery,
  Change,
  CheckQuery,
  EventQuery,
  IncidentQuery,
  Limits,
  LoadedServer,
  RollUpQuery,
  Store,
  StoredCapabilityChange,
  StoredCheck,
  Vault,
} from '../core/ports.ts'
import type { StoredToken } from '../core/token.ts'
import {
  countCalls,
  countSources,
  lastCallId,
  pruneCalls,
  prunePayloads,
  readCalls,
  readOneCall,
  saveCalls,
} from './call-history.ts'
import { type CommitPlan, keepKnown, planCommit } from './commit-plan.ts'
import { lastNumber, takeNumbers } from './counter.ts'
import type { Database } from './database.ts'
import { asAppError, faultOf } from './database-fault.ts'
import {
  pruneCapabilityChanges,
  pruneChecks,
  pruneEvents,
  pruneIncidents,
  pruneRollUps,
  pruneSpans,
  pruneTokens,
} from './prune.ts'
import { readIncidents, readRollUps, readSpans, writeRollUps } from './read-history.ts'
import type { Tables } from './schema.ts'
import { readStored, StoredJson, wholeMs } from './stored.ts'
import { readCapabilityChange, StoredCapabilities, StoredDates } from './stored-capabilities.ts'
import { readCheck } from './stored-check.ts'
import { readCollection } from './stored-collection.ts'
import { readEvent } from './stored-event.ts'
import { readServer } from './stored-server.ts'
import { StoredIdentity, StoredState } from './stored-state.ts'
import { readToken, tokenRow } from './stored-token.ts'
import { writePlan } from './write-plan.ts'

type Deps = { readonly database: Database; readonly vault: Vault }

/** Servers read at a time, so that a large fleet neither blocks the event loop nor doubles in memory. */
const LOADED_AT_ONCE = 200
const ROLL_UP_SIZES = ['minute', 'hour', 'day'] as const

/** The Store over SQL, alike on SQLite and PostgreSQL. Its maker has migrated the database. */
export class SqlStore implements Store {
  readonly #database: Database
  readonly #db: Kysely<Tables>
  readonly #vault: Vault
  #lastCommit: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor({ database, vault }: Deps) {
    this.#database = database
    this.#db = database.db
    this.#vault = vault
  }

  loadServers(): Promise<readonly LoadedServer[]> {
    return this.#guarded(async () => {
      const loaded: LoadedServer[] = []
      for (;;) {
        const page = await this.#loadPage(loaded.at(-1)?.server.id ?? 0)
        loaded.push(...page)
        if (page.length < LOADED_AT_ONCE) return loaded
      }
    })
  }

  reserveServerIds(count: number): Promise<readonly ServerId[]> {
    return this.#guarded(async () => {
      const { value: last } = await takeNumbers(this.#db, 'server', count).executeTakeFirstOrThrow()
      return Array.from({ length: count }, (_, index) => serverId(last - count + 1 + index))
    })
  }

  /** One after another: on PostgreSQL, two at once would only wait for the counter, or for each other. */
  commit(changes: readonly Change[]): Promise<readonly StoredEvent[]> {
    const done = this.#guarded(async () => {
      await this.#lastCommit
      return await this.#commit(planCommit(changes))
    })
    this.#lastCommit = done.catch(() => undefined)
    return done
  }

  checks(query: CheckQuery): Promise<readonly StoredCheck[]> {
    return this.#guarded(async () => {
      const { serverId: id, outcome, status, trigger, beforeId, limit } = query
      if (allowsNothing(outcome, status, trigger)) return []
      let rows = this.#db.selectFrom('check_log').selectAll().where('server_id', '=', id)
      if (outcome) rows = rows.where('outcome', 'in', outcome)
      if (status) rows = rows.where('status', 'in', status)
      if (trigger) rows = rows.where('trigger', 'in', trigger)
      if (beforeId !== undefined) rows = rows.where('id', '<', beforeId)
      return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(readCheck)
    })
  }

  events(query: EventQuery): Promise<readonly StoredEvent[]> {
    const { sinceSeq, beforeSeq, order, types, severities, serverNames, limit } = query
    return this.#guarded(async () => {
      if (allowsNothing(types, severities, serverNames)) return []
      let rows = this.#db.selectFrom('event').select(['seq', 'at', 'body']).where('seq', '>', sinceSeq)
      if (beforeSeq !== undefined) rows = rows.where('seq', '<', beforeSeq)
      if (types) rows = rows.where('type', 'in', types)
      if (severities) rows = rows.where('severity', 'in', severities)
      if (serverNames) rows = rows.where('server_name', 'in', serverNames)
      return (
        await rows
          .orderBy('seq', order === 'newest' ? 'desc' : 'asc')
          .limit(limit)
          .execute()
      ).map(readEvent)
    })
  }

  capabilityChanges(query: CapabilityChangeQuery): Promise<readonly StoredCapabilityChange[]> {
    return this.#guarded(async () => {
      const { serverId: id, kind, name, beforeId, limit } = query
      let rows = this.#db.selectFrom('capability_change').selectAll().where('server_id', '=', id)
      if (kind) rows = rows.where('kind', '=', kind)
      if (name !== undefined) rows = rows.where('name', '=', name)
      if (beforeId !== undefined) rows = rows.where('id', '<', beforeId)
      return (await rows.orderBy('id', 'desc').limit(limit).execute()).map(readCapabilityChange)
    })
  }

  incidents(query: IncidentQuery): Promise<readonly Incident[]> {
    return this.#guarded(async () => (query.serverIds?.length === 0 ? [] : await readIncidents(this.#db, query)))
  }

  spans(serverIds: readonly ServerId[], from: Timestamp): Promise<ReadonlyMap<ServerId, readonly Span[]>> {
    return this.#guarded(() => readSpans(this.#db, serverIds, from))
  }

  rollUps(query: RollUpQuery): Promise<readonly RollUp[]> {
    return this.#guarded(() => readRollUps(this.#db, query))
  }

  saveRollUps(rollUps: readonly RollUp[]): Promise<void> {
    return this.#guarded(() => writeRollUps(this.#db, rollUps))
  }

  saveCalls(calls: readonly StoredCall[]): Promise<void> {
    return this.#guarded(() => saveCalls(this.#database, calls))
  }

  calls(query: CallQuery): Promise<readonly StoredCall[]> {
    return this.#guarded(() => readCalls(this.#db, query))
  }

  call(id: number): Promise<StoredCall | undefined> {
    return this.#guarded(() => readOneCall(this.#db, id))
  }

  callCounts(filter: CallFilter): Promise<readonly CallCount[]> {
    return this.#guarded(() => countCalls(this.#db, filter))
  }

  callSources(filter: CallFilter): Promise<readonly CallSource[]> {
    return this.#guarded(() => countSources(this.#db, filter))
  }

  lastCallId(): Promise<number> {
    return this.#guarded(() => lastCallId(this.#db))
  }

  eventRange(): Promise<{ readonly oldest: number; readonly newest: number }> {
    return this.#guarded(async () => {
      const newest = await lastNumber(this.#db, 'event')
      const first = await this.#db.selectFrom('event').select('seq').orderBy('seq').limit(1).executeTakeFirst()
      return { oldest: first?.seq ?? newest + 1, newest }
    })
  }

  setting(key: string): Promise<Json | undefined> {
    return this.#guarded(async () => {
      const row = await this.#db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
      return row && readStored(StoredJson, row.value, `setting ${key}`)
    })
  }

  collections(): Promise<readonly Collection[]> {
    return this.#guarded(async () =>
      (await this.#db.selectFrom('collection').selectAll().orderBy('id').execute()).map(readCollection),
    )
  }

  reserveCollectionId(): Promise<CollectionId> {
    return this.#guarded(async () =>
      collectionId((await takeNumbers(this.#db, 'collection', 1).executeTakeFirstOrThrow()).value),
    )
  }

  tokens(): Promise<readonly StoredToken[]> {
    return this.#guarded(async () =>
      (await this.#db.selectFrom('token').selectAll().orderBy('id').execute()).map(readToken),
    )
  }

  saveToken(token: Omit<StoredToken, 'id'>): Promise<StoredToken> {
    return this.#guarded(() =>
      this.#db.transaction().execute(async (tx) => {
        const { value: id } = await takeNumbers(tx, 'token', 1).executeTakeFirstOrThrow()
        const saved = { ...token, id }
        await tx.insertInto('token').values(tokenRow(saved)).execute()
        return saved
      }),
    )
  }

  deleteToken(id: number): Promise<boolean> {
    return this.#guarded(async () => {
      const { numDeletedRows } = await this.#db.deleteFrom('token').where('id', '=', id).executeTakeFirst()
      return numDeletedRows > 0n
    })
  }

  touchToken(id: number, usedAt: Timestamp): Promise<void> {
    return this.#guarded(async () => {
      await this.#db
        .updateTable('token')
        .set({ last_used_at: wholeMs(usedAt) })
        .where('id', '=', id)
        .execute()
    })
  }

  prune(limits: Limits, limit: number): Promise<number> {
    return this.#guarded(async () => {
      const db = this.#db
      let removed = await pruneChecks(db, limits.checks, limit)
      removed += await pruneEvents(db, limits.events, limit)
      removed += await pruneTokens(db, limits.events)
      removed += await pruneCapabilityChanges(db, limits.events, limit)
      removed += await pruneCalls(db, limits.calls, limit)
      removed += await prunePayloads(db, limits.payloads, limit)
      removed += await pruneIncidents(db, limits.incidents, limit)
      removed += await pruneSpans(db, limits.spans, limit)
      for (const size of ROLL_UP_SIZES) removed += await pruneRollUps(db, size, limits[size], limit)
      return removed
    })
  }

  ping(): Promise<void> {
    return this.#guarded(async () => {
      await sql`select 1`.execute(this.#db)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#database.giveUp()
    await this.#lastCommit
    await this.#database.close()
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new AppError('unavailable', 'The store is closed')
    try {
      return await work()
    } catch (error) {
      throw asAppError(error)
    }
  }

  async #loadPage(afterId: number): Promise<readonly LoadedServer[]> {
    const rows = await this.#db
      .selectFrom('server')
      .leftJoin('server_state', 'server_state.server_id', 'server.id')
      .leftJoin('capabilities', 'capabilities.server_id', 'server.id')
      .selectAll('server')
      .select(['server_state.body as state', 'server_state.identity'])
      .select(['capabilities.body as capabilities', 'capabilities.seen_at', 'capabilities.dates'])
      .where('server.id', '>', afterId)
      .orderBy('server.id')
      .limit(LOADED_AT_ONCE)
      .execute()
    // Servers that run the same program offer the same: most of the work of a start is to read that again and again.
    const lists = new Map<string, Capabilities>()
    const listsIn = (text: string, id: number): Capabilities => {
      const read = lists.get(text) ?? readStored(StoredCapabilities, text, `the capabilities of server ${id}`)
      lists.set(text, read)
      return read
    }
    return rows.map(({ state, identity, capabilities, seen_at, dates, ...server }) => ({
      server: readServer(server, this.#vault),
      state: state === null ? undefined : readStored(StoredState, state, `the state of server ${server.id}`),
      identity:
        identity === null ? undefined : readStored(StoredIdentity, identity, `the identity of server ${server.id}`),
      capabilities:
        capabilities === null || seen_at === null
          ? undefined
          : {
              value: listsIn(capabilities, server.id),
              seenAt: timestamp(seen_at),
              dates:
                dates === null
                  ? { since: timestamp(seen_at), later: new Map() }
                  : readStored(StoredDates, dates, `the capabilities of server ${server.id}`),
            },
    }))
  }

  /** The usual commit takes no extra look; who is missing or in the way is asked only when the database refused. */
  async #commit(plan: CommitPlan): Promise<readonly StoredEvent[]> {
    try {
      return await writePlan(this.#database, plan, this.#vault)
    } catch (error) {
      const fault = faultOf(error)
      if (fault?.kind === 'unique') throw await this.#nameConflict([...plan.servers.values()], error)
      if (fault?.kind !== 'missing_reference') throw error
      return await writePlan(this.#database, keepKnown(plan, await this.#knownServers(plan)), this.#vault)
    }
  }

  async #knownServers({ deleted, servers }: CommitPlan): Promise<ReadonlySet<number>> {
    const rows = await this.#db.selectFrom('server').select('id').execute()
    const left = rows.map((row) => row.id).filter((id) => !deleted.has(serverId(id)))
    return new Set([...left, ...servers.keys()])
  }

  async #nameConflict(saved: readonly Server[], cause: unknown): Promise<AppError> {
    const names = saved.map((server) => server.config.name)
    if (names.length === 0) return new AppError('conflict', 'Two collections would have the same name', { cause })
    const owners = await this.#db.selectFrom('server').select(['id', 'name']).where('name', 'in', names).execute()
    const taken = saved.find(
      ({ id, config }, index) =>
        names.indexOf(config.name) !== index || owners.some((owner) => owner.name === config.name && owner.id !== id),
    )
    const what = taken ? `A server named "${taken.config.name}" already exists` : 'Two servers would have the same name'
    return new AppError('conflict', what, { cause })
  }
}

/** An empty list of what is wanted wants nothing; SQL has no empty list. */
const allowsNothing = (...wanted: readonly (readonly string[] | undefined)[]) =>
  wanted.some((list) => list?.length === 0)
