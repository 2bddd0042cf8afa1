export const RUNS_PREFIX = 'omni2:runs:'

/** Forgets every run, as when somebody signs out of a browser that others use too. */
export function forgetRuns(store: Pick<Storage, 'length' | 'key' | 'removeItem'>): void {
  const keys = Array.from({ length: store.length }, (_, index) => store.key(index) ?? '')
  for (const key of keys) if (key.startsWith(RUNS_PREFIX)) store.removeItem(key)
}
