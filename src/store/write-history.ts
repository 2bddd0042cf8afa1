import type { CompiledQuery, Kysely } from 'kysely'
import { unreachable } from '../core/errors.ts'
import { SEVERENESS } from '../core/history/incident.ts'
import type { CommitPlan, IncidentChange } from './commit-plan.ts'
import type { Database } from './database.ts'
import type { Tables } from './schema.ts'
import { wholeMs } from './stored.ts'
import { incidentRow } from './stored-incident.ts'

type Db = Kysely<Tables>

export function saveSpans({ db, known }: Database, { spans }: CommitPlan): CompiledQuery[] {
  const all = [...spans.values()].map(({ serverId, span }) => ({
    server_id: serverId,
    started_at: wholeMs(span.from),
    ended_at: wholeMs(span.until),
    kind: span.kind,
  }))
  return known.insert('spans', all, (rows) =>
    db
      .insertInto('span')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['server_id', 'started_at'])
          .doUpdateSet(({ ref }) => ({ ended_at: ref('excluded.ended_at'), kind: ref('excluded.kind') })),
      )
      .compile(),
  )
}

/** Rare enough for a statement each. */
export const saveIncidents = (db: Db, { incidents }: CommitPlan): CompiledQuery[] =>
  incidents.map((change) => saveIncident(db, change))

function saveIncident(db: Db, change: IncidentChange): CompiledQuery {
  switch (change.type) {
    case 'incident_opened':
      return db
        .insertInto('incident')
        .values(incidentRow(change.incident))
        .onConflict((conflict) => conflict.column('server_id').where('ended_at', 'is', null).doNothing())
        .compile()
    case 'incident_worsened': {
      const lesser = SEVERENESS.slice(0, SEVERENESS.indexOf(change.status))
      return db
        .updateTable('incident')
        .set(({ eb, ref }) => ({
          cycles: eb('cycles', '+', change.cycles),
          ...(lesser.length > 0
            ? { worst: eb.case().when('worst', 'in', lesser).then(change.status).else(ref('worst')).end() }
            : {}),
        }))
        .where('server_id', '=', change.serverId)
        .where('ended_at', 'is', null)
        .compile()
    }
    case 'incident_ended':
      return db
        .updateTable('incident')
        .set(({ eb, ref }) => {
          const at = wholeMs(change.at)
          // The wall clock may have been set back since it began. A number by itself would stand in the text of the statement,
          // which is prepared, and kept, for each text.
          return {
            ended_at: eb.case().when('started_at', '>', at).then(ref('started_at')).else(eb.val(at)).end(),
            ended_by: change.by,
          }
        })
        .where('server_id', '=', change.serverId)
        .where('ended_at', 'is', null)
        .compile()
    default:
      return unreachable(change)
  }
}
