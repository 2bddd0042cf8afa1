import { IconRefresh } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useRef } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { useMay } from '../api/session.ts'
import { useLiveState } from '../live/live-context.ts'
import { refreshServer, useRefreshing } from '../live/refresh-server.tsx'
import { useRowKeys } from '../ui/row-keys.ts'
import { STATUS_LOOK } from '../ui/status-look.ts'
import { IconButton } from './IconButton.tsx'
import classes from './MCPTable.module.css'
import { useRowLinks } from './row-links.ts'
import type { Selection } from './selection.ts'
import type { Column } from './server-columns.ts'
import { type Item, serversOf } from './server-order.ts'
import { TableHead } from './TableHead.tsx'
import { type Trail, useTrails } from './trails.ts'
import { WayOut } from './WayOut.tsx'

type Props = {
  readonly items: readonly Item[]
  readonly columns: readonly Column[]
  readonly selection: Selection
  /** The pointer came to the rows, or left them. */
  readonly onPointed: (isPointed: boolean) => void
}

const ROW_PX = 48
const GROUP_PX = 32

/** Servers as rows; only those in sight are drawn, however many there are. */
export function MCPTable({ items, columns, selection, onPointed }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  useRowKeys(scroller)
  useRowLinks(scroller)
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.kind === 'group' ? GROUP_PX : ROW_PX),
    getItemKey: (index) => keyOf(items[index]),
    overscan: 4,
    // Drawing the rows is a task of its own then, and not part of the frame that scrolls.
    useFlushSync: false,
  })
  const drawn = virtual.getVirtualItems()
  // What rows have in common is asked for once: they come and go while one scrolls.
  const mayAct = useMay('operator')
  const refreshing = useRefreshing()
  const trails = useTrails(serversOf(drawn.flatMap(({ index }) => items[index] ?? [])).map(({ id }) => id))
  const above = drawn[0]?.start ?? 0
  const below = virtual.getTotalSize() - (drawn.at(-1)?.end ?? 0)
  return (
    <div ref={scroller} className={classes.scroller} data-stale={useLiveState().kind === 'stale' || undefined}>
      <table className={classes.table} aria-rowcount={items.length + 1}>
        <TableHead columns={columns} shown={serversOf(items)} selection={selection} />
        <tbody onPointerMove={() => onPointed(true)} onPointerLeave={() => onPointed(false)}>
          <Spacer height={above} />
          {drawn.map(({ key, index }) => {
            const item = items[index]
            if (item?.kind !== 'server') return item && <GroupRow key={key} status={item.status} columns={columns} />
            return (
              <ServerRow
                key={key}
                server={item.server}
                index={index}
                columns={columns}
                isSelected={selection.ids.has(item.server.id)}
                onSelect={selection.toggle}
                trail={trails.get(item.server.id)}
                mayAct={mayAct}
                isRefreshing={refreshing.has(item.server.id)}
              />
            )
          })}
          <Spacer height={below} />
        </tbody>
      </table>
    </div>
  )
}

const keyOf = (item: Item | undefined) => (item?.kind === 'server' ? item.server.id : (item?.status ?? ''))

const Spacer = ({ height }: { height: number }) =>
  height > 0 ? (
    <tr aria-hidden>
      <td className={classes.spacer} style={{ height }} />
    </tr>
  ) : null

/** No cell spans the others: it would have to know which are drawn on a narrow screen. */
const GroupRow = ({ status, columns }: Pick<Props, 'columns'> & { status: ServerView['health_status'] }) => (
  <tr className={classes.group}>
    <td data-column="select" />
    {columns.map(({ id }) =>
      id === 'name' ? (
        <th key={id} scope="rowgroup" data-column={id}>
          {STATUS_LOOK[status].label}
        </th>
      ) : (
        <td key={id} data-column={id} />
      ),
    )}
    <td data-column="actions" />
  </tr>
)

type RowProps = Pick<Props, 'columns'> & {
  readonly server: ServerView
  readonly index: number
  readonly isSelected: boolean
  readonly onSelect: (id: number) => void
  readonly trail: Trail | undefined
  readonly mayAct: boolean
  readonly isRefreshing: boolean
}

/** Drawn anew only when its server, its place or the columns changed. */
const ServerRow = memo(({ server, index, columns, isSelected, onSelect, trail, mayAct, isRefreshing }: RowProps) => (
  <tr aria-rowindex={index + 2} data-id={server.id} data-status={server.health_status} data-selected={isSelected}>
    <td data-column="select">
      <input
        type="checkbox"
        className={classes.tick}
        aria-label={`Select ${server.name}`}
        checked={isSelected}
        onChange={() => onSelect(server.id)}
      />
    </td>
    {columns.map(({ id, Cell }) =>
      id === 'name' ? (
        <th key={id} scope="row" data-column={id}>
          <Cell server={server} trail={trail} />
        </th>
      ) : (
        <td key={id} data-column={id}>
          <Cell server={server} trail={trail} />
        </td>
      ),
    )}
    <td data-column="actions">
      <div className={classes.actions}>
        <WayOut server={server} mayAct={mayAct} isBusy={isRefreshing} />
        <RefreshButton server={server} mayAct={mayAct} isRefreshing={isRefreshing} />
      </div>
    </td>
  </tr>
))

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

function RefreshButton({ server, mayAct, isRefreshing }: Pick<RowProps, 'server' | 'mayAct' | 'isRefreshing'>) {
  const queryClient = useQueryClient()
  const handleReloadServer = () => refreshServer(queryClient, server)
  const { disabled, tooltip } = getButtonState(server)
  const why = isRefreshing ? 'Checking now' : mayAct ? tooltip : 'Needs the role operator'
  return (
    <IconButton
      hint={why}
      of={server.name}
      isOff={disabled || !mayAct}
      isRefresh
      isBusy={isRefreshing}
      onPress={handleReloadServer}
    >
      <IconRefresh size={16} stroke={1.75} />
    </IconButton>
  )
}
