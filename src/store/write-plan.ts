import { type CompiledQuery, type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { timestamp } from '../core/clock.ts'
import type { StoredEvent } from '../core/events.ts'
import type { Vault } from '../core/ports.ts'
import type { CommitPlan } from './commit-plan.ts'
import { takeNumbers } from './counter.ts'
import type { Database } from './database.ts'
import type { Tables } from './schema.ts'
import { wholeMs } from './stored.ts'
import { collectionRow } from './stored-collection.ts'
import { eventRow } from './stored-event.ts'
import { serverRow } from './stored-server.ts'
import { saveCapabilities, saveDrifts } from './write-capabilities.ts'
import { saveChecks } from './write-checks.ts'
import { saveIncidents, saveSpans } from './write-history.ts'
import { inParts } from './write-parts.ts'

type Db = Kysely<Tables>

const Counted = z.tuple([z.object({ value: z.number() })])

/**
 * Writes everything in one transaction whose statements need nothing from one another's answers, so that they can
 * travel together. Numbers for events come first: the answer to that one statement tells their `seq`.
 */
export async function writePlan(database: Database, plan: CommitPlan, vault: Vault): Promise<StoredEvent[]> {
  const { db, together } = database
  const events = plan.events.map(({ event, at }) => ({ event, at: timestamp(wholeMs(at)) }))
  const [counted] = await together([
    ...saveEvents(db, events),
    ...deleteServers(db, plan),
    ...saveServers(db, plan, vault),
    ...saveStates(database, plan),
    ...saveCapabilities(db, plan),
    ...saveDrifts(db, plan),
    ...saveChecks(database, plan.checks),
    ...saveSpans(database, plan),
    ...saveIncidents(db, plan),
    ...saveSettings(db, plan),
    ...saveCollections(db, plan),
  ])
  if (events.length === 0) return []
  const [{ value: last }] = Counted.parse(counted)
  return events.map((event, index) => ({ seq: last - events.length + 1 + index, ...event }))
}

function saveEvents(db: Db, events: readonly Omit<StoredEvent, 'seq'>[]): CompiledQuery[] {
  if (events.length === 0) return []
  const rows = events.map((event, index) => ({
    ...eventRow(event),
    seq: sql<number>`(select value from counter where name = 'event') - ${sql.lit(events.length - 1 - index)}`,
  }))
  return [
    takeNumbers(db, 'event', events.length).compile(),
    ...inParts(rows).map((part) => db.insertInto('event').values(part).compile()),
  ]
}

const deleteServers = (db: Db, { deleted }: CommitPlan): CompiledQuery[] =>
  inParts([...deleted]).map((ids) => db.deleteFrom('server').where('id', 'in', ids).compile())

const saveServers = (db: Db, { servers }: CommitPlan, vault: Vault): CompiledQuery[] =>
  inParts([...servers.values()].map((server) => serverRow(server, vault))).map((rows) =>
    db
      .insertInto('server')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet(({ ref }) => ({
          name: ref('excluded.name'),
          config: ref('excluded.config'),
          sealed: ref('excluded.sealed'),
          revision: ref('excluded.revision'),
          updated_at: ref('excluded.updated_at'),
        })),
      )
      .compile(),
  )

function saveStates({ db, known }: Database, { states }: CommitPlan): CompiledQuery[] {
  const all = [...states.values()].map(({ serverId, state, identity }) => ({
    server_id: serverId,
    status: state.status,
    body: JSON.stringify(state),
    identity: identity ? JSON.stringify(identity) : null,
  }))
  return known.insert('states', all, (rows) =>
    db
      .insertInto('server_state')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('server_id').doUpdateSet(({ ref }) => ({
          status: ref('excluded.status'),
          body: ref('excluded.body'),
          identity: ref('excluded.identity'),
        })),
      )
      .compile(),
  )
}

const saveSettings = (db: Db, { settings }: CommitPlan): CompiledQuery[] =>
  inParts([...settings].map(([key, value]) => ({ key, value: JSON.stringify(value) }))).map((rows) =>
    db
      .insertInto('setting')
      .values(rows)
      .onConflict((conflict) => conflict.column('key').doUpdateSet(({ ref }) => ({ value: ref('excluded.value') })))
      .compile(),
  )

function saveCollections(db: Db, { collections }: CommitPlan): CompiledQuery[] {
  const deleted = [...collections].flatMap(([id, kept]) => (kept ? [] : [id]))
  const rows = [...collections.values()].flatMap((kept) => (kept ? [collectionRow(kept)] : []))
  return [
    ...inParts(deleted).map((ids) => db.deleteFrom('collection').where('id', 'in', ids).compile()),
    ...inParts(rows).map((part) =>
      db
        .insertInto('collection')
        .values(part)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(({ ref }) => ({
            name: ref('excluded.name'),
            body: ref('excluded.body'),
            revision: ref('excluded.revision'),
            updated_at: ref('excluded.updated_at'),
          })),
        )
        .compile(),
    ),
  ]
}
