/** Rows of one statement: far below the 32,766 values SQLite takes, and short to compile. */
const ROWS = 100

/** The rows in as many statements as they need. */
export function inParts<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, part) => rows.slice(part * ROWS, (part + 1) * ROWS))
}
