const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/

/** The text of a header value as 2026-07-28 encodes it; undefined when it says base64 and is none. */
export function decodedHeader(value: string): string | undefined {
  if (!value.startsWith('=?base64?')) return value
  const base64 = ENCODED.exec(value)?.[1]
  return base64 === undefined || base64.length % 4 !== 0 ? undefined : Buffer.from(base64, 'base64').toString()
}
