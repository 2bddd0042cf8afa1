import { Readable } from 'node:stream'
import type { EXPORT_FORMATS, HealthLogView } from '../api/log-view.ts'
import type { CheckQuery, Store } from '../core/ports.ts'
import { healthLogView } from './views/check.ts'
import { type CsvValue, csvLine } from './views/csv.ts'

type Checks = Pick<Store, 'checks'>
type Which = Omit<CheckQuery, 'limit'>

const PAGE = 1_000

const COLUMNS: Readonly<Record<string, (log: HealthLogView) => CsvValue>> = {
  id: ({ id }) => id,
  timestamp: ({ timestamp }) => timestamp,
  until: ({ until }) => until,
  count: ({ count }) => count,
  trigger: ({ trigger }) => trigger,
  outcome: ({ outcome }) => outcome,
  health_status: (log) => log.health_status,
  response_time_ms: (log) => log.response_time_ms,
  fastest_ms: (log) => log.fastest_ms,
  slowest_ms: (log) => log.slowest_ms,
  tool_count: (log) => log.tool_count,
  stages: ({ stages }) => stages.map(({ stage, ok, ms }) => `${stage} ${ok ? ms : 'failed'}`).join('; '),
  error_code: ({ error }) => error?.code ?? null,
  error_stage: ({ error }) => error?.stage ?? null,
  error_message: ({ error }) => error?.message ?? null,
}

/** The health log as a file, newest first, read as fast as it is taken. */
export const healthLogFile = (store: Checks, which: Which, format: (typeof EXPORT_FORMATS)[number]): Readable =>
  Readable.from(format === 'csv' ? csv(store, which) : json(store, which))

async function* csv(store: Checks, which: Which): AsyncGenerator<string> {
  yield csvLine(Object.keys(COLUMNS))
  for await (const page of pages(store, which)) {
    yield page.map((log) => csvLine(Object.values(COLUMNS).map((value) => value(log)))).join('')
  }
}

async function* json(store: Checks, which: Which): AsyncGenerator<string> {
  let between = '[\n'
  for await (const page of pages(store, which)) {
    yield between + page.map((log) => JSON.stringify(log)).join(',\n')
    between = ',\n'
  }
  yield between === '[\n' ? '[]\n' : '\n]\n'
}

async function* pages(store: Checks, which: Which): AsyncGenerator<HealthLogView[]> {
  for (let beforeId = Number.MAX_SAFE_INTEGER; ; ) {
    const checks = await store.checks({ ...which, beforeId, limit: PAGE })
    if (checks.length > 0) yield checks.map(healthLogView)
    const last = checks.at(-1)
    if (last === undefined || checks.length < PAGE) return
    beforeId = last.id
  }
}
