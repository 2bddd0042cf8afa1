import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, type RefObject, useEffect } from 'react'
import { useRowKeys } from '../ui/row-keys.ts'
import classes from './Calls.module.css'

export type Column<T> = {
  readonly id: string
  readonly header: string
  readonly cell: (row: T) => ReactNode
  /** Left out where there is little room. */
  readonly isExtra?: true
  readonly isNumber?: true
}

type Props<T> = {
  readonly label: string
  readonly scroller: RefObject<HTMLDivElement | null>
  /** The first names the row. */
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly idOf: (row: T) => string
  /** Called when the last rows come into sight. */
  readonly onEnd?: () => void
}

const ROW_PX = 40

/** Rows of which only those in sight are drawn; arrows go from one to the next, Enter opens its link. */
export function VirtualTable<T>({ label, scroller, columns, rows, idOf, onEnd }: Props<T>) {
  useRowKeys(scroller)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => (rows[index] === undefined ? index : idOf(rows[index])),
    overscan: 6,
    useFlushSync: false,
  })
  const drawn = virtual.getVirtualItems()
  const lastDrawn = drawn.at(-1)?.index
  const isAtEnd = lastDrawn === rows.length - 1
  useEffect(() => {
    if (isAtEnd) onEnd?.()
  }, [isAtEnd, onEnd])
  const above = drawn[0]?.start ?? 0
  const below = virtual.getTotalSize() - (drawn.at(-1)?.end ?? 0)
  return (
    <section ref={scroller} aria-label={label} className={classes.scroller}>
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map(({ id, header, isExtra, isNumber }) => (
              <th key={id} scope="col" data-column={id} data-extra={isExtra} data-number={isNumber}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} />
          {drawn.map(({ key, index }) => {
            const row = rows[index]
            return row === undefined ? null : <Row key={key} index={index} row={row} id={idOf(row)} columns={columns} />
          })}
          <Spacer height={below} />
        </tbody>
      </table>
    </section>
  )
}

type RowProps<T> = Pick<Props<T>, 'columns'> & { readonly row: T; readonly id: string; readonly index: number }

const Row = <T,>({ row, id, index, columns }: RowProps<T>) => (
  <tr aria-rowindex={index + 2} data-id={id}>
    {columns.map(({ id: column, cell, isExtra, isNumber }, at) =>
      at === 0 ? (
        <th key={column} scope="row" data-column={column}>
          {cell(row)}
        </th>
      ) : (
        <td key={column} data-column={column} data-extra={isExtra} data-number={isNumber}>
          {cell(row)}
        </td>
      ),
    )}
  </tr>
)

const Spacer = ({ height }: { height: number }) =>
  height > 0 ? (
    <tr aria-hidden>
      <td className={classes.spacer} style={{ height }} />
    </tr>
  ) : null
