import { failureCycles } from './breaker.ts'
import type { Effect } from './health-event.ts'
import { reasonOf } from './reason.ts'
import type { ServerState } from './state.ts'
import { derive } from './status.ts'

/** What has to be done or told because `before` became `after`. Found by comparing, so that no change goes untold. */
export function effectsOf(before: ServerState, after: ServerState): Effect[] {
  return [
    ...checkStarted(before, after),
    ...circuitChanged(before, after),
    ...statusChanged(before, after),
    ...gaveUp(before, after),
  ]
}

function checkStarted({ inFlight: before }: ServerState, { inFlight: after }: ServerState): Effect[] {
  if (!after || after.token === before?.token) return []
  const { token, trigger, deep, startedAt, leaseEndsAt } = after
  return [{ type: 'run_check', token, trigger, deep, leaseMs: leaseEndsAt - startedAt }]
}

function circuitChanged({ circuit: before }: ServerState, { circuit: after }: ServerState): Effect[] {
  if (before.kind === after.kind) return []
  return [
    {
      type: 'circuit_changed',
      from: before.kind,
      to: after.kind,
      failureCount: after.failures,
      failureCycles: failureCycles(after),
      retryAt: after.kind === 'open' ? after.retryAt : undefined,
    },
  ]
}

function statusChanged(before: ServerState, after: ServerState): Effect[] {
  const from = derive(before)
  const to = derive(after)
  if (from === to) return []
  const why = reasonOf(after)
  return [{ type: 'status_changed', from, to, reasonCode: why?.code, reason: why?.message }]
}

function gaveUp({ admin: before }: ServerState, { admin: after, circuit }: ServerState): Effect[] {
  if (before.kind === 'inactive' || after.kind === 'active' || after.by === 'user') return []
  return [{ type: 'auto_disabled', reason: after.reason, failureCycles: failureCycles(circuit) }]
}
