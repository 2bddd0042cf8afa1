import { useCallback, useState } from 'react'

/** Servers that were ticked. Not part of the URL: a link should not carry what somebody is about to delete. */
export type Selection = {
  readonly ids: ReadonlySet<number>
  /** Something is selected, or was. */
  readonly isUsed: boolean
  readonly toggle: (id: number) => void
  readonly set: (ids: Iterable<number>) => void
}

const UNUSED: ReadonlySet<number> = new Set()

export function useSelection(): Selection {
  const [ids, setIds] = useState(UNUSED)
  const toggle = useCallback((id: number) => setIds((before) => before.symmetricDifference(new Set([id]))), [])
  const set = useCallback((chosen: Iterable<number>) => setIds(new Set(chosen)), [])
  return { ids, isUsed: ids !== UNUSED, toggle, set }
}
