import { ActionIcon, Tooltip } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { latency } from '../../api/time-text.ts'
import { useMay } from '../api/session.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './MCPTable.module.css'
import { NameCell, ReasonCell, StatusCell } from './ServerCells.tsx'
import { WayOut } from './WayOut.tsx'

type Props = {
  readonly servers: readonly ServerView[]
  /** The one that is being refreshed. */
  readonly busyId: number | undefined
  readonly onReload: (server: ServerView) => void
}

const ROW_PX = 40
const features = tableFeatures({})
const helper = createColumnHelper<typeof features, ServerView>()

const columns = helper.columns([
  helper.display({ id: 'name', header: 'Name', cell: ({ row }) => <NameCell server={row.original} /> }),
  helper.display({ id: 'status', header: 'Status', cell: ({ row }) => <StatusCell server={row.original} /> }),
  helper.display({ id: 'reason', header: 'Reason', cell: ({ row }) => <ReasonCell server={row.original} /> }),
  helper.display({ id: 'latency', header: 'Latency', cell: ({ row }) => latency(row.original.response_time_ms) }),
  helper.display({ id: 'tools', header: 'Tools', cell: ({ row }) => row.original.tool_count ?? '-' }),
  helper.display({
    id: 'checked',
    header: 'Checked',
    cell: ({ row }) => <RelativeTime time={row.original.last_health_check} />,
  }),
])

/** Servers as rows; only those in sight are drawn, however many there are. */
export function MCPTable({ servers, busyId, onReload }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const table = useTable({ features, columns, data: servers, getRowId: ({ id }) => String(id) })
  const { rows } = table.getRowModel()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
  })
  const items = virtual.getVirtualItems()
  const above = items[0]?.start ?? 0
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  return (
    <div ref={scroller} className={classes.scroller}>
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          {table.getHeaderGroups().map(({ id, headers }) => (
            <tr key={id}>
              {headers.map((header) => (
                <th key={header.id} scope="col" data-column={header.column.id}>
                  <table.FlexRender header={header} />
                </th>
              ))}
              <th scope="col" data-column="actions">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          ))}
        </thead>
        <tbody>
          <Spacer height={above} />
          {items.map(({ index }) => {
            const row = rows[index]
            return (
              row && (
                <tr key={row.id} aria-rowindex={index + 2} data-status={row.original.health_status}>
                  {row.getAllCells().map((cell) => (
                    <Cell key={cell.id} column={cell.column.id}>
                      <table.FlexRender cell={cell} />
                    </Cell>
                  ))}
                  <td data-column="actions">
                    <div className={classes.actions}>
                      <WayOut server={row.original} />
                      <RefreshButton server={row.original} busy={busyId === row.original.id} onReload={onReload} />
                    </div>
                  </td>
                </tr>
              )
            )
          })}
          <Spacer height={below} />
        </tbody>
      </table>
    </div>
  )
}

const Spacer = ({ height }: { height: number }) =>
  height > 0 ? (
    <tr aria-hidden>
      <td className={classes.spacer} style={{ height }} />
    </tr>
  ) : null

/** The name heads its row. */
const Cell = ({ column, children }: { column: string; children: ReactNode }) =>
  column === 'name' ? (
    <th scope="row" data-column={column}>
      {children}
    </th>
  ) : (
    <td data-column={column}>{children}</td>
  )

type ButtonState = { readonly disabled: boolean; readonly tooltip: string }

/** Whether the refresh button of a server may be pressed, and what it says. */
export function getButtonState({ health_status, auto_disabled_at, circuit }: ServerView): ButtonState {
  const disabledBy =
    auto_disabled_at === null
      ? 'Manually disabled'
      : `Disabled automatically after ${circuit.failure_cycles} failure cycles`
  const states = {
    healthy: { disabled: false, tooltip: 'Reload server' },
    unhealthy: { disabled: false, tooltip: 'Retry connection' },
    disconnected: { disabled: true, tooltip: 'MCP disconnected, retrying...' },
    circuit_open: { disabled: true, tooltip: 'Circuit breaker open' },
    disabled: { disabled: true, tooltip: disabledBy },
    unknown: { disabled: false, tooltip: 'Check status' },
  } as const satisfies Record<ServerView['health_status'], ButtonState>
  return states[health_status]
}

function RefreshButton({ server, busy, onReload }: { server: ServerView; busy: boolean } & Pick<Props, 'onReload'>) {
  const mayCheck = useMay('operator')
  const { disabled, tooltip } = getButtonState(server)
  const why = mayCheck ? tooltip : 'Needs the role operator'
  return (
    <Tooltip label={why}>
      <ActionIcon
        aria-label={`${why}: ${server.name}`}
        loading={busy}
        // Not `disabled`, which would take the tooltip that says why.
        data-disabled={disabled || !mayCheck || undefined}
        aria-disabled={disabled || !mayCheck}
        onClick={() => !disabled && mayCheck && onReload(server)}
      >
        <IconRefresh size={16} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  )
}
