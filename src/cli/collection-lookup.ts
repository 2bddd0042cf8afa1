import type { Client } from '../api/client.ts'
import type { CollectionView } from '../api/collections.ts'
import { closestTo } from '../server/config/suggestion.ts'
import { CliError, EXIT } from './exit-code.ts'
import { oneLine } from './text/printable.ts'

export async function allCollections(client: Client): Promise<readonly CollectionView[]> {
  const collections: CollectionView[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await client.listCollections({ query: { limit: 1_000, ...(cursor ? { cursor } : {}) } })
    collections.push(...page.collections)
    if (page.next_cursor === null) return collections
    cursor = page.next_cursor
  }
}

/** The collections of these names or ids, in that order. @throws CliError for one that there is not. */
export async function findCollections(client: Client, wanted: readonly string[]): Promise<readonly CollectionView[]> {
  const all = wanted.length === 0 ? [] : await allCollections(client)
  return wanted.map((word) => {
    const found = all.find(({ name }) => name === word) ?? all.find(({ id }) => String(id) === word)
    if (found) return found
    const closest = closestTo(
      word,
      all.map(({ name }) => name),
    )
    throw new CliError(EXIT.usage, `No collection is called ${oneLine(word)}`, {
      hints: [closest === undefined ? 'See what there is with: omni2 collections list' : `Did you mean ${closest}?`],
    })
  })
}

/** @throws CliError when there is none of this name or id. */
export async function findCollection(client: Client, wanted: string): Promise<CollectionView> {
  const [found] = await findCollections(client, [wanted])
  if (!found) throw new Error('A collection was found and is not there')
  return found
}
