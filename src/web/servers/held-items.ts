import { useState } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { type Item, inHeldOrder } from './server-order.ts'
import type { ServersSearch } from './servers-search.ts'

type Held = { readonly search: ServersSearch; readonly items: readonly Item[] }

/** `items`, which stay where they are while `point(true)` was the last that was said and `search` is the same. */
export function useHeldItems(
  items: readonly Item[],
  search: ServersSearch,
  servers: ReadonlyMap<number, ServerView>,
): { readonly items: readonly Item[]; readonly point: (isPointed: boolean) => void } {
  const [held, setHeld] = useState<Held>()
  const point = (isPointed: boolean) => {
    if (!isPointed) setHeld(undefined)
    else if (held?.search !== search) setHeld({ search, items })
  }
  return { items: held?.search === search ? inHeldOrder(held.items, items, servers) : items, point }
}
