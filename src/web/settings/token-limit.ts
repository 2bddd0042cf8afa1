import type { TokenInput } from '../../api/tokens.ts'

const SERVER = 'server:'
const COLLECTION = 'collection:'

/** As a list of choices names a server, of which each is one text. */
export const serverKey = (id: number): string => `${SERVER}${id}`
export const collectionKey = (id: number): string => `${COLLECTION}${id}`

/** What a token is limited to when these were chosen; null for none, which is no limit. */
export function limitOf(keys: readonly string[]): TokenInput['limit'] {
  if (keys.length === 0) return null
  const idsOf = (kind: string) =>
    keys.filter((key) => key.startsWith(kind)).map((key) => Number(key.slice(kind.length)))
  return { servers: idsOf(SERVER), collections: idsOf(COLLECTION) }
}
