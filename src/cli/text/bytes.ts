const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A size as people read it: `512 B`, `3 KiB`, `1.4 GiB`. */
export function bytes(count: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, count)) / 10)))
  const value = count / 1_024 ** step
  return `${step < 2 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[step]}`
}
