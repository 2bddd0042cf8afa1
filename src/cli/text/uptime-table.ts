import { percent } from '../../api/ratio-text.ts'
import type { ServerView } from '../../api/server-view.ts'
import { latency, span } from '../../api/time-text.ts'
import type { HeartbeatsView, PeriodView } from '../../api/uptime.ts'
import type { View } from '../context.ts'
import { type Column, fitting, tableLines } from './columns.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

type Ratio = number | null
type UptimePeriod = PeriodView['period']

/** Uptime of many servers, the worst of a period first. */
export function uptimeTable(servers: readonly ServerView[], period: UptimePeriod, { paint, width }: View): string {
  const of = ({ uptime }: ServerView): Ratio => uptime?.[period] ?? null
  const sorted = [...servers].sort((a, b) => (of(a) ?? 2) - (of(b) ?? 2) || a.name.localeCompare(b.name))
  const ratioColumn = (title: UptimePeriod, expendable?: number): Column<ServerView> => ({
    title: title.toUpperCase(),
    cell: ({ uptime }) => ratioCell(uptime?.[title] ?? null, paint),
    align: 'right',
    ...(expendable === undefined || title === period ? {} : { expendable }),
  })
  const columns: readonly Column<ServerView>[] = [
    { title: 'NAME', cell: ({ name }) => ({ text: oneLine(name), paint: paint.strong }) },
    ratioColumn('24h', 2),
    ratioColumn('7d', 3),
    ratioColumn('30d', 4),
    ratioColumn('90d', 5),
    {
      title: 'LAST 24 HOURS',
      cell: ({ heartbeats }) => ({ text: heartbeats ? bar(heartbeats) : '' }),
      expendable: 1,
    },
  ]
  return tableLines(fitting(columns, sorted, width), sorted, paint).join('\n')
}

/** One server over all periods. */
export function periodTable(periods: readonly PeriodView[], { paint, width }: View): string {
  const columns: readonly Column<PeriodView>[] = [
    { title: 'PERIOD', cell: ({ period }) => ({ text: period, paint: paint.strong }) },
    { title: 'UPTIME', cell: ({ uptime_ratio }) => ratioCell(uptime_ratio, paint), align: 'right' },
    { title: 'DOWN', cell: ({ down_seconds }) => ({ text: span(down_seconds * 1_000) }), align: 'right' },
    { title: 'UNKNOWN', cell: (row) => ({ text: span(row.unknown_seconds * 1_000) }), align: 'right', expendable: 4 },
    { title: 'INCIDENTS', cell: ({ incidents }) => ({ text: String(incidents) }), align: 'right' },
    { title: 'LONGEST', cell: (row) => ({ text: longest(row) }), align: 'right', expendable: 3 },
    { title: 'CHECKS', cell: ({ checks }) => ({ text: String(checks) }), align: 'right', expendable: 5 },
    { title: 'P50', cell: (row) => ({ text: latency(row.latency.p50_ms) }), align: 'right', expendable: 1 },
    { title: 'P95', cell: (row) => ({ text: latency(row.latency.p95_ms) }), align: 'right', expendable: 1 },
    { title: 'P99', cell: (row) => ({ text: latency(row.latency.p99_ms) }), align: 'right', expendable: 2 },
  ]
  return tableLines(fitting(columns, periods, width), periods, paint).join('\n')
}

/** A sign for each part of the time: all up, partly, all down, nothing known. */
export const bar = ({ uptime_ratios }: HeartbeatsView): string => uptime_ratios.map(sign).join('')

const sign = (ratio: Ratio): string => {
  if (ratio === null) return '·'
  if (ratio === 1) return '█'
  return ratio === 0 ? '_' : '▄'
}

const ratioCell = (ratio: Ratio, paint: Paint) => ({
  text: percent(ratio),
  paint: ratio === null ? paint.quiet : ratio === 1 ? paint.good : ratio < 0.99 ? paint.bad : paint.warn,
})

const longest = ({ longest_incident_seconds: seconds }: PeriodView): string =>
  seconds === null ? '-' : span(seconds * 1_000)
