import type { IncidentView } from '../../api/incidents.ts'
import { localTime, span } from '../../api/time-text.ts'
import type { View } from '../context.ts'
import { type Column, fitting, tableLines } from './columns.ts'
import { oneLine } from './printable.ts'
import { statusColour, statusText } from './status-mark.ts'
import { wrap } from './width.ts'

/** Outages in the given order; under each what was seen first. */
export function incidentTable(incidents: readonly IncidentView[], { paint, width }: View): string {
  const columns: readonly Column<IncidentView>[] = [
    { title: 'SERVER', cell: (row) => ({ text: oneLine(row.server_name), paint: paint.strong }) },
    { title: 'STARTED', cell: ({ started_at }) => ({ text: localTime(started_at), paint: paint.quiet }) },
    { title: 'LASTED', cell: ({ duration_seconds }) => ({ text: span(duration_seconds * 1_000) }), align: 'right' },
    {
      title: 'WORST',
      cell: ({ worst_status: worst }) => ({ text: statusText(worst), paint: statusColour(worst, paint) }),
    },
    { title: 'ENDED BY', cell: ({ ended_by }) => ending(ended_by, paint.bad) },
    { title: 'CIRCUIT', cell: (row) => ({ text: `${row.circuit_cycles}x` }), align: 'right', expendable: 1 },
  ]
  const [title = '', ...rows] = tableLines(fitting(columns, incidents, width), incidents, paint)
  const why = ({ cause }: IncidentView) =>
    wrap(
      `${oneLine(cause.message)} (${cause.code}${cause.stage ? ` at ${cause.stage}` : ''})`,
      Math.max(16, width - 2),
    ).map((line) => `  ${paint.quiet(line)}`)
  return [title, ...incidents.flatMap((incident, index) => [rows[index] ?? '', ...why(incident)])].join('\n')
}

const ending = (endedBy: IncidentView['ended_by'], bad: (text: string) => string) =>
  endedBy === null ? { text: 'goes on', paint: bad } : { text: endedBy }
