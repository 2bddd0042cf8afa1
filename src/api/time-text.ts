const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span in its largest fitting unit: `12s`, `3m`, `5h`, `9d`. */
export function span(ms: number): string {
  const value = Math.max(0, ms)
  if (value < MINUTE) return `${Math.floor(value / 1_000)}s`
  if (value < HOUR) return `${Math.floor(value / MINUTE)}m`
  if (value < 2 * DAY) return `${Math.floor(value / HOUR)}h`
  return `${Math.floor(value / DAY)}d`
}

/** How long ago an ISO time was, `-` for none. */
export const since = (time: string | null, now: number): string => (time === null ? '-' : span(now - Date.parse(time)))

export const ago = (time: string | null, now: number): string => (time === null ? 'never' : `${since(time, now)} ago`)

/** How long until an ISO time. */
export function until(time: string | null, now: number): string {
  if (time === null) return '-'
  const ms = Date.parse(time) - now
  return ms <= 0 ? 'now' : `in ${span(ms + 999)}`
}

/** A duration as measured: `18 ms`, `1.2 s`. */
export const latency = (ms: number | null): string =>
  ms === null ? '-' : ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`

/** Local date and time, to the second. */
export function localTime(time: string): string {
  const at = new Date(time)
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}
