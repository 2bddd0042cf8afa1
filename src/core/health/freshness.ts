import { type Instant, later } from '../clock.ts'
import type { ServerState } from './state.ts'

/** Until when `up` may be believed: three intervals and a timeout after the last success, and what we were asked to wait. */
export function freshUntil({ policy, lastSuccessAt, throttle, health }: ServerState): Instant | undefined {
  if (health.kind !== 'up' || lastSuccessAt === undefined) return undefined
  return later(lastSuccessAt, 3 * policy.intervalMs + policy.timeoutMs + (throttle?.longestMs ?? 0))
}
