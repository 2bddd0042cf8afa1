import { Link } from '@tanstack/react-router'
import { calledText } from '../../api/call-words.ts'
import type { CallView } from '../../api/calls.ts'
import { latency, localTime } from '../../api/time-text.ts'
import classes from './Calls.module.css'
import { OutcomeMark } from './OutcomeMark.tsx'
import { type Column, VirtualTable } from './VirtualTable.tsx'

export const callerText = ({ token_name, token_id }: Pick<CallView, 'token_name' | 'token_id'>): string =>
  token_name ?? `token ${token_id}, deleted`

const COLUMNS: readonly Column<CallView>[] = [
  {
    id: 'called',
    header: 'Called',
    cell: (call) => (
      <>
        <Link to="/calls/$id" params={{ id: call.id }} className={classes.name} title={calledText(call)}>
          {calledText(call)}
        </Link>
        <span className={classes.narrowServer}>{call.server_name}</span>
      </>
    ),
  },
  { id: 'server', header: 'Server', cell: ({ server_name }) => server_name },
  { id: 'outcome', header: 'Outcome', cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
  { id: 'took', header: 'Took', cell: ({ duration_ms }) => latency(duration_ms), isNumber: true },
  {
    id: 'time',
    header: 'Time',
    cell: ({ timestamp }) => <time dateTime={timestamp}>{localTime(timestamp)}</time>,
    isExtra: true,
  },
  { id: 'who', header: 'By', cell: callerText, isExtra: true },
  { id: 'endpoint', header: 'At', cell: ({ endpoint }) => endpoint, isExtra: true },
]

type Props = Pick<Parameters<typeof VirtualTable<CallView>>[0], 'scroller' | 'onEnd'> & {
  readonly calls: readonly CallView[]
}

/** Calls as rows, the newest first. */
export const CallTable = ({ calls, ...props }: Props) => (
  <VirtualTable label="Calls" columns={COLUMNS} rows={calls} idOf={({ id }) => String(id)} {...props} />
)
