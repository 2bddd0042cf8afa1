import { type CompiledQuery, type Kysely, sql } from 'kysely'
import type { CommitPlan } from './commit-plan.ts'
import type { Tables } from './schema.ts'
import { wholeMs } from './stored.ts'
import { capabilityChangeRow, datesText } from './stored-capabilities.ts'
import { inParts } from './write-parts.ts'

type Db = Kysely<Tables>

/** Characters of changes that are kept of one server: what it sends must not fill the disk. */
const MOST_KEPT = 1024 * 1024

export function saveCapabilities(db: Db, { capabilities }: CommitPlan): CompiledQuery[] {
  const all = [...capabilities.values()].map(({ serverId, capabilities: value, seenAt, dates }) => ({
    server_id: serverId,
    seen_at: wholeMs(seenAt),
    body: JSON.stringify(value),
    dates: datesText(dates),
  }))
  return inParts(all).map((rows) =>
    db
      .insertInto('capabilities')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('server_id').doUpdateSet(({ ref }) => ({
          seen_at: ref('excluded.seen_at'),
          body: ref('excluded.body'),
          dates: ref('excluded.dates'),
        })),
      )
      .compile(),
  )
}

/** What changed in them, and out goes the oldest of what is too much. */
export function saveDrifts(db: Db, { drifts }: CommitPlan): CompiledQuery[] {
  const rows = drifts.flatMap((drift) => drift.changes.map((change) => capabilityChangeRow(drift, change)))
  const serverIds = new Set(drifts.map(({ serverId }) => serverId))
  return [
    ...inParts(rows).map((part) => db.insertInto('capability_change').values(part).compile()),
    ...[...serverIds].map((id) =>
      sql`
        delete from capability_change where id in (
          select id from (
            select id, sum(size) over (order by id desc) as total from capability_change where server_id = ${id}
          ) as newest where total > ${MOST_KEPT})`.compile(db),
    ),
  ]
}
