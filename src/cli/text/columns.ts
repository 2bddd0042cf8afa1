import Table from 'cli-table3'
import type { Paint } from './paint.ts'
import { cells } from './width.ts'

/** One cell: what is shown, and how it is coloured; the text itself carries no colour codes. */
export type Cell = { readonly text: string; readonly paint?: (text: string) => string }

export type Column<T> = {
  readonly title: string
  readonly cell: (row: T) => Cell
  readonly align?: 'left' | 'right'
  /** The column with the highest number goes first when there is no room; one without stays. */
  readonly expendable?: number
}

const GAP = 2

/** The columns that fit in `width`, in order: expendable ones are left out until they do. */
export function fitting<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): readonly Column<T>[] {
  const widths = new Map(columns.map((column) => [column, columnWidth(column, rows)]))
  let kept = [...columns]
  const total = () => kept.reduce((sum, column) => sum + (widths.get(column) ?? 0) + GAP, -GAP)
  while (total() > width) {
    const worst = kept.filter((column) => column.expendable !== undefined).sort(byExpendable)[0]
    if (!worst) break
    kept = kept.filter((column) => column !== worst)
  }
  return kept
}

/** Lines of a table without borders: the titles, then one line for each row. */
export function tableLines<T>(columns: readonly Column<T>[], rows: readonly T[], paint: Paint): readonly string[] {
  const table = new Table({
    head: columns.map((column) => paint.quiet(column.title)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  })
  for (const row of rows) {
    table.push(
      columns.map((column) => {
        const { text, paint: colour } = column.cell(row)
        return colour ? colour(text) : text
      }),
    )
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

const columnWidth = <T>(column: Column<T>, rows: readonly T[]): number =>
  rows.reduce((widest, row) => Math.max(widest, cells(column.cell(row).text)), column.title.length)

const byExpendable = (a: Column<never>, b: Column<never>): number => (b.expendable ?? 0) - (a.expendable ?? 0)

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
}
