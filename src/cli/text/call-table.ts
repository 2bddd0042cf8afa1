import { calledText } from '../../api/call-words.ts'
import type { CallSummary, CallView, TrafficView } from '../../api/calls.ts'
import { latency, localTime } from '../../api/time-text.ts'
import type { View } from '../context.ts'
import { type Cell, type Column, fitting, tableLines } from './columns.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

/** Calls in the given order. */
export function callTable(calls: readonly CallView[], { paint, width }: View): string {
  const columns: readonly Column<CallView>[] = [
    { title: 'ID', cell: ({ id }) => ({ text: String(id), paint: paint.quiet }), align: 'right' },
    { title: 'ENDED', cell: ({ timestamp }) => ({ text: localTime(timestamp), paint: paint.quiet }) },
    { title: 'SERVER', cell: (row) => ({ text: oneLine(row.server_name), paint: paint.strong }) },
    { title: 'CALLED', cell: (row) => ({ text: called(row) }) },
    { title: 'OUTCOME', cell: ({ outcome }) => ({ text: outcome, paint: callOutcomeColour(outcome, paint) }) },
    { title: 'TOOK', cell: ({ duration_ms }) => ({ text: latency(duration_ms) }), align: 'right' },
    { title: 'BY', cell: (row) => ({ text: oneLine(row.token_name ?? `token ${row.token_id}`) }), expendable: 1 },
    { title: 'AT', cell: ({ endpoint }) => ({ text: oneLine(endpoint), paint: paint.quiet }), expendable: 2 },
  ]
  return tableLines(fitting(columns, calls, width), calls, paint).join('\n')
}

/** What calls came to, by what was called. */
export function callSummaryTable({ targets }: CallSummary, { paint, width }: View): string {
  const columns: readonly Column<CallSummary['targets'][number]>[] = [
    { title: 'SERVER', cell: (row) => ({ text: oneLine(row.server_name), paint: paint.strong }) },
    { title: 'CALLED', cell: (row) => ({ text: called(row) }) },
    { title: 'CALLS', cell: ({ calls }) => ({ text: String(calls) }), align: 'right' },
    { title: 'A MINUTE', cell: (row) => ({ text: row.per_minute.toFixed(1) }), align: 'right' },
    { title: 'ERRORS', cell: (row) => errors(row, paint), align: 'right' },
    { title: 'P50', cell: (row) => time(row.p50_ms), align: 'right' },
    { title: 'P95', cell: (row) => time(row.p95_ms), align: 'right' },
    { title: 'P99', cell: (row) => time(row.p99_ms), align: 'right' },
  ]
  return tableLines(fitting(columns, targets, width), targets, paint).join('\n')
}

const called = (row: Pick<CallView, 'method' | 'target'>): string => oneLine(calledText(row))

export const callOutcomeColour = (outcome: CallView['outcome'], paint: Paint) =>
  outcome === 'ok' ? paint.good : outcome === 'app_error' || outcome === 'cancelled' ? paint.warn : paint.bad

const errors = ({ errors: count, error_ratio }: TrafficView, paint: Paint): Cell => ({
  text: error_ratio === null ? '' : `${count} (${(error_ratio * 100).toFixed(0)} %)`,
  ...(count > 0 ? { paint: paint.bad } : {}),
})

const time = (ms: number | null): Cell => ({ text: ms === null ? '' : latency(ms) })
