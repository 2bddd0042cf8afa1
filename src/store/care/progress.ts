import type { Table } from './row-pages.ts'

/** How far long work is: rows of a table, pages of a whole file with their total, or a look at all of it. */
export type Progress =
  | { readonly doing: 'checking' | 'compacting' }
  | { readonly doing: 'copying' | 'verifying'; readonly table: Table; readonly rows: number }
  | { readonly doing: 'copying'; readonly pages: number; readonly of: number }

export type Watching = {
  readonly onProgress: (progress: Progress) => void
  /** Aborts when the work is to be given up; nothing of it stays. */
  readonly signal: AbortSignal
}
