import { Link } from '@tanstack/react-router'
import { type RefObject, useMemo } from 'react'
import { calledText } from '../../api/call-words.ts'
import type { CallSummary, TrafficView } from '../../api/calls.ts'
import { share } from '../../api/ratio-text.ts'
import { latency } from '../../api/time-text.ts'
import classes from './Calls.module.css'
import { rateText } from './Tiles.tsx'
import { type Column, VirtualTable } from './VirtualTable.tsx'

type Target = CallSummary['targets'][number]
type OfServer = CallSummary['servers'][number]

const TRAFFIC: readonly Column<TrafficView>[] = [
  { id: 'calls', header: 'Calls', cell: ({ calls }) => calls, isNumber: true },
  { id: 'rate', header: 'A minute', cell: (row) => rateText(row.per_minute), isNumber: true, isExtra: true },
  { id: 'errors', header: 'Errors', cell: errors, isNumber: true },
  { id: 'refused', header: 'Refused', cell: ({ refused }) => refused, isNumber: true, isExtra: true },
  { id: 'p50', header: 'p50', cell: ({ p50_ms }) => latency(p50_ms), isNumber: true, isExtra: true },
  { id: 'p95', header: 'p95', cell: ({ p95_ms }) => latency(p95_ms), isNumber: true },
  { id: 'p99', header: 'p99', cell: ({ p99_ms }) => latency(p99_ms), isNumber: true, isExtra: true },
]

function errors({ error_ratio, errors: count }: TrafficView) {
  return (
    <span className={classes.share} data-failing={count > 0 || undefined} title={`${count} errors`}>
      {error_ratio === null ? '-' : share(error_ratio)}
    </span>
  )
}

type Props = { readonly scroller: RefObject<HTMLDivElement | null>; readonly summary: CallSummary }

/** What calls came to, server by server; a row leads to its calls. */
export function ServerTraffic({ summary, scroller }: Props) {
  const columns = useMemo<readonly Column<OfServer>[]>(
    () => [{ id: 'called', header: 'Server', cell: server }, ...TRAFFIC],
    [],
  )
  const idOf = ({ server_id }: OfServer) => String(server_id)
  return <VirtualTable label="By server" scroller={scroller} columns={columns} rows={summary.servers} idOf={idOf} />
}

function server({ server_id, server_name }: OfServer) {
  return (
    <Link
      from="/calls"
      to="/calls"
      search={(before) => ({ ...before, server: [server_id], view: undefined })}
      className={classes.name}
    >
      {server_name}
    </Link>
  )
}

/** The same tool by tool. */
export function TargetTraffic({ summary, scroller }: Props) {
  const columns = useMemo<readonly Column<Target>[]>(
    () => [
      { id: 'called', header: 'Called', cell: target },
      { id: 'server', header: 'Server', cell: ({ server_name }) => server_name },
      ...TRAFFIC,
    ],
    [],
  )
  const idOf = (row: Target) => JSON.stringify([row.server_id, row.method, row.target])
  return <VirtualTable label="By tool" scroller={scroller} columns={columns} rows={summary.targets} idOf={idOf} />
}

function target(row: Target) {
  const tool = row.target === null ? undefined : [row.target]
  return (
    <>
      <Link
        from="/calls"
        to="/calls"
        search={(before) => ({ ...before, server: [row.server_id], tool, view: undefined })}
        className={classes.name}
        title={calledText(row)}
      >
        {calledText(row)}
      </Link>
      <span className={classes.narrowServer}>{row.server_name}</span>
    </>
  )
}
