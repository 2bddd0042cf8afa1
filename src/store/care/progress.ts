import type { Table } from './row-pages.ts'

/** How far long work is: rows of a table, or pages of a whole file with their total. */
export type Progress =
  | { readonly doing: 'copying' | 'verifying'; readonly table: Table; readonly rows: number }
  | { readonly doing: 'copying'; readonly pages: number; readonly of: number }

export type Watching = {
  readonly onProgress: (progress: Progress) => void
  /** Aborts when the work is to be given up; nothing of it stays. */
  readonly signal: AbortSignal
}
