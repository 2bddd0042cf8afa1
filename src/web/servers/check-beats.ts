import type { RecentCheckView } from '../../api/recent-check.ts'
import { ago, latency, localTime } from '../../api/time-text.ts'
import type { Tone } from '../ui/theme.ts'

/** How a check stands in the bar: how tall (0..1) and in which tone, so that its colour is not its only sign. */
export function beatLook({ healthy, outcome }: RecentCheckView): { readonly tone: Tone; readonly height: number } {
  if (healthy) return { tone: 'good', height: 0.6 }
  if (outcome === 'inconclusive' || outcome === 'cancelled') return { tone: 'quiet', height: 0.3 }
  if (outcome === 'auth' || outcome === 'throttled') return { tone: 'warn', height: 0.8 }
  return { tone: 'bad', height: 1 }
}

const WORDS = {
  ok: 'answered',
  app_error: 'answered with an error',
  connect: 'could not be reached',
  protocol: 'answered what is not MCP',
  auth: 'asked for credentials',
  throttled: 'asked to wait',
  inconclusive: 'could not be judged',
  cancelled: 'was cancelled',
} as const satisfies Record<RecentCheckView['outcome'], string>

/** One check in words: when, what came of it, and in which time. */
export function beatText(
  { timestamp, until, count, outcome, response_time_ms, trigger }: RecentCheckView,
  now: number,
) {
  const took = `${WORDS[outcome]}, ${latency(response_time_ms)}`
  if (count > 1) return `${count} checks from ${localTime(timestamp)} to ${localTime(until)}: ${took} on average`
  return `${localTime(timestamp)} (${ago(timestamp, now)}): ${took}, ${trigger}`
}

/** Points of a line through the response times of the checks that were answered, in a box of `width` by `height`. */
export function sparkline(checks: readonly RecentCheckView[], width: number, height: number): string {
  const times = checks.filter(({ healthy }) => healthy).map(({ response_time_ms }) => response_time_ms)
  if (times.length < 2) return ''
  const least = Math.min(...times)
  const range = Math.max(...times) - least || 1
  const x = (index: number) => (index / (times.length - 1)) * width
  const y = (time: number) => height - ((time - least) / range) * height
  return times.map((time, index) => `${x(index).toFixed(1)},${y(time).toFixed(1)}`).join(' ')
}
