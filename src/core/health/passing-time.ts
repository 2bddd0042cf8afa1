import type { Instant } from '../clock.ts'
import { cyclesLeft } from './breaker.ts'
import { prune } from './call-window.ts'
import { lapse } from './check-run.ts'
import { faded, penalized } from './flapping.ts'
import { freshUntil } from './freshness.ts'
import type { ServerState } from './state.ts'
import { derive } from './status.ts'
import { wentStale } from './verdict.ts'

/** What follows from the time alone: leases lapse, freshness ends, badges fade, windows empty. */
export function age(state: ServerState, now: Instant, random: number): ServerState {
  const lapsed = lapse(state, now, random)
  if (lapsed.admin.kind === 'inactive') return lapsed
  const limit = freshUntil(lapsed)
  const fresh = limit !== undefined && now >= limit ? wentStale(lapsed) : lapsed
  return forgotten(fresh, now)
}

function forgotten(state: ServerState, now: Instant): ServerState {
  const { circuit } = state
  const flap = faded(state.flap, now)
  const calmed = flap === state.flap ? state : { ...state, flap }
  if (circuit.kind !== 'closed') return calmed
  const window = prune(circuit.window, now)
  return window === circuit.window ? calmed : { ...calmed, circuit: { ...circuit, window } }
}

/** Keeps the dates that go with the axes, whatever moved them. */
export function accounted(before: ServerState, after: ServerState, now: Instant): ServerState {
  if (before === after) return after
  const status = derive(after)
  const failing = after.circuit.kind !== 'closed' || after.health.kind === 'down'
  const healthy = status === 'healthy'
  return {
    ...forgiven(before, after, healthy, now),
    flap: penalized(before, after, now),
    statusSince: derive(before) === status ? after.statusSince : now,
    downSince: failing ? (after.downSince ?? now) : undefined,
    healthySince: healthy ? (after.healthySince ?? now) : undefined,
  }
}

/** Health that ends is paid out: what it forgave stays forgiven. */
function forgiven(before: ServerState, after: ServerState, healthy: boolean, now: Instant): ServerState {
  const { circuit } = after
  if (healthy || before.healthySince === undefined) return after
  return { ...after, circuit: { ...circuit, cycles: Math.min(circuit.cycles, cyclesLeft(before, now)) } }
}
