/** Longer texts are not held against the patterns of servers. */
export const MAX_MATCHED_LENGTH = 300
const MAX_PATTERN_LENGTH = 500
/** 2 to this many ways to try at most, which takes a fraction of a second. */
const MAX_BITS = 25
const LENGTH_BITS = Math.log2(MAX_MATCHED_LENGTH)

/**
 * Whether a pattern of a server takes little time on any text of at most MAX_MATCHED_LENGTH. Told from its form alone, so that
 * it refuses more than it had to: no repeated groups, no references back, and few places with a choice, since choices
 * multiply.
 */
export function isQuickPattern(pattern: unknown): boolean {
  if (typeof pattern !== 'string' || pattern.length > MAX_PATTERN_LENGTH) return false
  // Within classes, and after a backslash, these signs mean themselves.
  const bare = pattern.replace(/\\[^1-9k]/g, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x')
  if (/\\|\)(?:[*+]|\{)/.test(bare)) return false
  return bits(bare) <= MAX_BITS && isPattern(pattern)
}

/** How many ways there are to try, as a power of two. */
function bits(bare: string): number {
  const start = bare.startsWith('^') ? 0 : LENGTH_BITS
  const choices = bare.match(/\{\d+(?:,\d*)?\}|[*+|]|(?<!\()\?/g) ?? []
  return choices.reduce((sum, choice) => sum + bitsOf(choice), start)
}

function bitsOf(choice: string): number {
  if (choice === '|' || choice === '?') return 1
  const [, least, most] = /^\{(\d+)(?:,(\d*))?\}$/.exec(choice) ?? []
  if (least === undefined || most === '') return LENGTH_BITS
  return Math.log2(Math.max(0, Number(most ?? least) - Number(least)) + 1)
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
