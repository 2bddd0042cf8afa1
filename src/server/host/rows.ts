import type { RowCounts } from '../../store/care/copy-rows.ts'

export type TableRows = { readonly table: string; readonly rows: number }

export const tableRows = (counts: RowCounts): readonly TableRows[] =>
  [...counts].map(([table, rows]) => ({ table, rows }))
