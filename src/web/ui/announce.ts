import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let said = ''

/** Says something to who cannot see it, through the page's live region. */
export function announce(text: string): void {
  // The same words again would not be read out; a space nobody hears makes them new.
  said = text === said ? `${text}\u00a0` : text
  for (const tell of listeners) tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useAnnouncement = (): string => useSyncExternalStore(subscribe, () => said)
