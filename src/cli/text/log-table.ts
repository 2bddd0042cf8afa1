import type { HealthLogView } from '../../api/log-view.ts'
import { latency, localTime } from '../../api/time-text.ts'
import type { View } from '../context.ts'
import { type Column, fitting, tableLines } from './columns.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'
import { statusColour, statusText } from './status-mark.ts'
import { wrap } from './width.ts'

/** Checks of the past, in the given order; under each that failed, why, and under a run of them how many since when. */
export function logTable(logs: readonly HealthLogView[], { paint, width }: View): string {
  if (logs.length === 0) return ''
  const columns = fitting(logColumns(paint), logs, width)
  const [title = '', ...rows] = tableLines(columns, logs, paint)
  return [
    title,
    ...logs.flatMap((log, index) => [rows[index] ?? '', ...run(log, paint), ...why(log, paint, width)]),
  ].join('\n')
}

const logColumns = (paint: Paint): readonly Column<HealthLogView>[] => [
  { title: 'TIME', cell: ({ until }) => ({ text: localTime(until), paint: paint.quiet }) },
  {
    title: 'STATUS',
    cell: ({ health_status: status }) => ({ text: statusText(status), paint: statusColour(status, paint) }),
  },
  { title: 'OUTCOME', cell: ({ outcome }) => ({ text: outcome, paint: outcome === 'ok' ? paint.good : paint.bad }) },
  { title: 'TRIGGER', cell: ({ trigger }) => ({ text: trigger }), expendable: 1 },
  { title: 'LATENCY', cell: (log) => ({ text: latency(log.response_time_ms) }), align: 'right', expendable: 2 },
  { title: 'TOOLS', cell: ({ tool_count }) => ({ text: String(tool_count ?? '-') }), align: 'right', expendable: 3 },
]

function run({ count, outcome, timestamp, fastest_ms, slowest_ms }: HealthLogView, paint: Paint): readonly string[] {
  if (count === 1) return []
  const times = `${latency(fastest_ms)} to ${latency(slowest_ms)}`
  return [`  ${paint.quiet(`${count} checks ${outcome} since ${localTime(timestamp)}, ${times}`)}`]
}

function why({ error }: HealthLogView, paint: Paint, width: number): readonly string[] {
  if (!error) return []
  return wrap(`${oneLine(error.message)} (${error.code} at ${error.stage})`, Math.max(16, width - 2)).map(
    (line) => `  ${paint.quiet(line)}`,
  )
}
