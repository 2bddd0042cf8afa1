import type { Instant } from '../clock.ts'
import { CLOSED } from './breaker.ts'
import { calm } from './flapping.ts'
import { NO_LATENCY } from './latency.ts'
import { DEEP_NOW } from './schedule-check.ts'
import type { Health, ServerState } from './state.ts'
import { NO_PASSES } from './verdict.ts'

export const NEVER_CHECKED = {
  kind: 'unknown',
  cause: 'never_checked',
  recovery: NO_PASSES,
  failure: undefined,
} as const satisfies Health

/** Forgets what was known, for a server that is now another one or starts again; the check in flight is void. */
export function renewed(state: ServerState, now: Instant): ServerState {
  const watched = state.admin.kind === 'active' || state.admin.by === 'auto'
  return {
    ...state,
    generation: state.generation + 1,
    circuit: CLOSED,
    health: NEVER_CHECKED,
    inFlight: undefined,
    nextCheck: watched ? { at: now, trigger: 'scheduled', deep: true } : undefined,
    lastSuccessAt: undefined,
    responseTimeMs: undefined,
    latency: NO_LATENCY,
    flap: calm(now),
    stale: false,
    checksSinceDeep: DEEP_NOW,
    downSince: undefined,
    healthySince: undefined,
    throttle: undefined,
  }
}
