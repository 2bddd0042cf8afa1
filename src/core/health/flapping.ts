import { type Instant, later } from '../clock.ts'
import type { ServerState } from './state.ts'
import { derive } from './status.ts'

type Flap = ServerState['flap']

/** Route flap damping (RFC 2439): every fall adds a penalty that decays; between `on` and `off` nothing changes. */
const FLAP = { penalty: 1_000, circuitPenalty: 500, halfLifeMs: 600_000, on: 3_000, off: 1_000 } as const

/** Of a server that has not fallen. */
export const calm = (now: Instant): Flap => ({ penalty: 0, at: now, active: false })

/**
 * What a change of status costs. A fall is any change that others see and that is not a recovery; one that only tells
 * of the circuit counts half, so that a server that dies twice in a row for real is not yet flapping.
 */
export function penalized(before: ServerState, after: ServerState, now: Instant): Flap {
  const more = cost(before, after)
  if (more === 0) return after.flap
  const penalty = penaltyAt(after.flap, now) + more
  return { penalty, at: now, active: after.flap.active || penalty >= FLAP.on }
}

/** Without its badge once the penalty has decayed below `off`. */
export function faded(flap: Flap, now: Instant): Flap {
  return flap.active && penaltyAt(flap, now) < FLAP.off ? { ...flap, active: false } : flap
}

/** When the badge goes if nothing falls again; undefined when there is none. */
export function fadesAt(flap: Flap): Instant | undefined {
  if (!flap.active) return undefined
  const halvings = Math.log2(flap.penalty / FLAP.off)
  return later(flap.at, Math.ceil(halvings * FLAP.halfLifeMs) + 1)
}

function cost(before: ServerState, after: ServerState): number {
  const from = derive(before)
  const to = derive(after)
  const renewed = before.generation !== after.generation
  const first = before.health.kind === 'unknown' && before.health.cause === 'never_checked'
  if (from === to || to === 'healthy' || renewed) return 0
  if (from === 'healthy') return FLAP.penalty
  if (from === 'circuit_open' || to === 'circuit_open') return FLAP.circuitPenalty
  return first ? 0 : FLAP.penalty
}

const penaltyAt = (flap: Flap, now: Instant): number => flap.penalty * 2 ** (-(now - flap.at) / FLAP.halfLifeMs)
