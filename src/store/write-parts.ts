/** Rows of the longest statement: far below the 32,766 values SQLite takes, and short to compile. */
const MOST_ROWS = 64

/** The rows in as many statements as they need. Their lengths are powers of two, so that few different ones are ever prepared. */
export function inParts<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = []
  for (let from = 0, size = MOST_ROWS; from < rows.length; from += size) {
    while (size > rows.length - from) size /= 2
    parts.push(rows.slice(from, from + size))
  }
  return parts
}
