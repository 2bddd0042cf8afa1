import { type Instant, later } from './clock.ts'
import type { ServerState } from './state.ts'

type Flap = ServerState['flap']

/** Route flap damping (RFC 2439): every fall adds a penalty that decays; between `on` and `off` nothing changes. */
const FLAP = { penalty: 1_000, halfLifeMs: 600_000, on: 3_000, off: 1_000 } as const

export const calm = (now: Instant): Flap => ({ penalty: 0, at: now, active: false })

export function penalized(flap: Flap, now: Instant): Flap {
  const penalty = penaltyAt(flap, now) + FLAP.penalty
  return { penalty, at: now, active: flap.active || penalty >= FLAP.on }
}

export function faded(flap: Flap, now: Instant): Flap {
  return flap.active && penaltyAt(flap, now) < FLAP.off ? { ...flap, active: false } : flap
}

/** When the badge goes if nothing falls again; undefined when there is none. */
export function fadesAt(flap: Flap): Instant | undefined {
  if (!flap.active) return undefined
  const halvings = Math.log2(flap.penalty / FLAP.off)
  return later(flap.at, Math.ceil(halvings * FLAP.halfLifeMs) + 1)
}

const penaltyAt = (flap: Flap, now: Instant): number => flap.penalty * 2 ** (-(now - flap.at) / FLAP.halfLifeMs)
