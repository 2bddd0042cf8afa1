import type { Failure, ReasonCode } from '../check.ts'
import { unreachable } from '../errors.ts'
import type { ServerState } from './state.ts'

/** Why a server is not simply healthy, and what a person can do about it. */
export type Reason = { readonly code: ReasonCode; readonly message: string; readonly nextAction: string }

/** Undefined for a healthy server. */
export function reasonOf(state: ServerState): Reason | undefined {
  const { admin, circuit, health } = state
  if (admin.kind === 'inactive') {
    return admin.by === 'user'
      ? { code: 'user_disabled', message: 'Disabled by a person', nextAction: 'Enable the server to check and use it' }
      : { code: 'auto_disabled', message: admin.reason, nextAction: 'Repair the server, then enable it' }
  }
  if (circuit.kind !== 'closed') return circuitReason(state)
  switch (health.kind) {
    case 'up':
      return undefined
    case 'down':
      return told(health.failure)
    case 'unknown':
      if (health.failure) return told(health.failure)
      return health.cause === 'never_checked'
        ? { code: 'never_checked', message: 'Not checked yet', nextAction: 'Wait for the first check, or check now' }
        : { code: 'stale', message: 'No successful check for too long to call it healthy', nextAction: 'Check now' }
    default:
      return unreachable(health)
  }
}

/** The failure the circuit opened on, if it is known. */
function circuitReason({ health }: ServerState): Reason {
  const failure = health.kind === 'up' ? health.suspicion : health.failure
  return {
    code: 'circuit_open',
    message: failure ? `Calls are stopped: ${failure.message}` : 'Calls are stopped after repeated failures',
    nextAction: failure?.nextAction ?? 'Wait for the next retry, or reset the breaker',
  }
}

const told = ({ code, message, nextAction }: Failure): Reason => ({ code, message, nextAction })
