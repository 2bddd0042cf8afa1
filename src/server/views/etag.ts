import type { Server } from '../../core/config/server.ts'

/** Changes with the configuration only; what the `ETag` header says too. */
export const etagOf = ({ revision }: Pick<Server, 'revision'>): string => `"${revision}"`

/**
 * The revision that an `If-Match` header allows a change of: the current one when it is listed, 0 (which no server has)
 * when it is not, undefined when any will do.
 */
export function expectedRevision(ifMatch: string | undefined, current: number): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined
  // Quotes are forgiven, a weak tag is not: it never matches (RFC 9110, section 13.1.1).
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^"+|"+$/g, ''))
  return tags.includes(String(current)) ? current : 0
}
