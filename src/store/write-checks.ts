import { type CompiledQuery, type Insertable, type Kysely, sql } from 'kysely'
import { isAlive, OUTCOMES } from '../core/check.ts'
import { NO_OUTCOMES, ROLL_UP_MS } from '../core/history/roll-up.ts'
import { encodeSketch, sketchOf } from '../core/history/sketch.ts'
import type { LoggedCheck } from './commit-plan.ts'
import type { Database } from './database.ts'
import type { Tables } from './schema.ts'
import { wholeMs } from './stored.ts'
import { checkRow } from './stored-check.ts'

type Db = Kysely<Tables>
type LogRow = Insertable<Tables['check_log']> & { readonly count: number; readonly response_time_ms: number }
type RollUpRow = Tables['roll_up']

/** Checks into the log and into their minutes. */
export function saveChecks({ db, known }: Database, checks: readonly LoggedCheck[]): CompiledQuery[] {
  const alone = checks.filter(({ runFrom }) => runFrom === undefined).map(({ check }) => checkRow(check))
  return [
    ...known.insert('checks', alone, (rows) => db.insertInto('check_log').values(rows).compile()),
    ...known.insert('runs', runRows(checks), (rows) => upsertRuns(db, rows)),
    ...known.insert('minutes', minuteRows(checks), (rows) => upsertMinutes(db, rows)),
  ]
}

/** One row for each run that these checks go on with: a statement must not meet the same row twice. */
function runRows(checks: readonly LoggedCheck[]): LogRow[] {
  const runs = new Map<string, LogRow>()
  for (const { check, runFrom } of checks) {
    if (runFrom === undefined) continue
    const at = wholeMs(runFrom)
    const row = checkRow(check)
    const ms = check.responseTimeMs
    const run = { ...row, at, count: 1, until: wholeMs(check.at), response_time_ms: ms, fastest_ms: ms, slowest_ms: ms }
    const key = `${check.serverId} ${at}`
    const known = runs.get(key)
    runs.set(key, known ? joined(known, run) : run)
  }
  return [...runs.values()]
}

const joined = (run: LogRow, more: LogRow): LogRow => ({
  ...run,
  until: more.until,
  tool_count: more.tool_count ?? run.tool_count,
  detail: more.detail,
  count: run.count + more.count,
  response_time_ms: (run.response_time_ms * run.count + more.response_time_ms * more.count) / (run.count + more.count),
  fastest_ms: Math.min(run.fastest_ms ?? Number.POSITIVE_INFINITY, more.response_time_ms),
  slowest_ms: Math.max(run.slowest_ms ?? 0, more.response_time_ms),
})

/** As `joined`, with the row that is stored. */
const upsertRuns = (db: Db, rows: readonly LogRow[]): CompiledQuery =>
  db
    .insertInto('check_log')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['server_id', 'at'])
        .where('until', 'is not', null)
        .doUpdateSet(({ ref }) => ({
          until: ref('excluded.until'),
          tool_count: sql`coalesce(excluded.tool_count, check_log.tool_count)`,
          detail: ref('excluded.detail'),
          count: sql`check_log.count + excluded.count`,
          response_time_ms: sql`(check_log.response_time_ms * check_log.count + excluded.response_time_ms * excluded.count) / (check_log.count + excluded.count)`,
          fastest_ms: sql`case when excluded.fastest_ms < check_log.fastest_ms then excluded.fastest_ms else check_log.fastest_ms end`,
          slowest_ms: sql`case when excluded.slowest_ms > check_log.slowest_ms then excluded.slowest_ms else check_log.slowest_ms end`,
        })),
    )
    .compile()

function minuteRows(checks: readonly LoggedCheck[]): RollUpRow[] {
  const minutes = new Map<string, RollUpRow>()
  for (const { check } of checks) {
    const started_at = Math.floor(check.at / ROLL_UP_MS.minute) * ROLL_UP_MS.minute
    const key = `${check.serverId} ${started_at}`
    const row = minutes.get(key) ?? { ...EMPTY, server_id: check.serverId, started_at }
    row[check.outcome] += 1
    if (isAlive(check.outcome)) row.latency = withTime(row.latency, encodeSketch(sketchOf(check.responseTimeMs)))
    minutes.set(key, row)
  }
  return [...minutes.values()]
}

const withTime = (latency: string, more: string): string => (latency === '' ? more : `${latency} ${more}`)

/** Sketches merge by standing side by side. */
const upsertMinutes = (db: Db, rows: readonly RollUpRow[]): CompiledQuery =>
  db
    .insertInto('roll_up')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['server_id', 'size', 'started_at']).doUpdateSet({
        latency: sql`trim(roll_up.latency || ' ' || excluded.latency)`,
        ...Object.fromEntries(
          OUTCOMES.map((outcome) => [
            outcome,
            sql`${sql.ref(`roll_up.${outcome}`)} + ${sql.ref(`excluded.${outcome}`)}`,
          ]),
        ),
      }),
    )
    .compile()

const EMPTY: Omit<RollUpRow, 'server_id' | 'started_at'> = {
  size: 'minute',
  up_ms: 0,
  down_ms: 0,
  latency: '',
  ...NO_OUTCOMES,
}
