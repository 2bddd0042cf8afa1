import type { StageResult } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import type { HealthEvent } from '../health/health-event.ts'
import { reasonOf } from '../health/reason.ts'
import type { HealthStatus, ServerState } from '../health/state.ts'
import { derive } from '../health/status.ts'
import type { ServerId } from '../ids.ts'
import type { Change } from '../ports.ts'
import { availabilityOf } from './availability.ts'
import { type Cause, type Ending, SEVERENESS, type Worst } from './incident.ts'

type Moved = {
  readonly serverId: ServerId
  readonly before: ServerState
  readonly after: ServerState
  readonly event: HealthEvent
  /** Of the check that ended now. */
  readonly stages: readonly StageResult[]
  readonly at: Timestamp
}

/** How the incidents of a server go on because `before` became `after`. Ending what is not open is harmless. */
export function incidentChanges(moved: Moved): Change[] {
  const { serverId, before, after, event, at } = moved
  const [was, is] = [availabilityOf(before), availabilityOf(after)]
  const opened = before.circuit.kind !== 'open' && after.circuit.kind === 'open' ? 1 : 0
  const worst = worstOf(derive(after))
  if (is === 'down' && was !== 'down' && worst) {
    const incident = { serverId, startedAt: at, cause: causeOf(moved), worst, cycles: opened }
    return [{ type: 'incident_opened', incident }]
  }
  const by = endingOf(event, before)
  if (by && is !== 'down' && (is !== was || isPersonal(by)) && !isGivenUp(after)) {
    return [{ type: 'incident_ended', serverId, at, by }]
  }
  const status = derive(after)
  if (worst && was === 'down' && (opened > 0 || status !== derive(before))) {
    return [{ type: 'incident_worsened', serverId, status: worst, cycles: opened }]
  }
  return []
}

const worstOf = (status: HealthStatus): Worst | undefined => SEVERENESS.find((worst) => worst === status)

const isGivenUp = ({ admin }: ServerState): boolean => admin.kind === 'inactive' && admin.by === 'auto'

/** Whatever was open is not watched any more, or looked at anew. */
const isPersonal = (by: Ending): boolean => by === 'disabled' || by === 'enabled' || by === 'configuration'

function endingOf(event: HealthEvent, before: ServerState): Ending | undefined {
  switch (event.type) {
    case 'check_finished':
      return before.inFlight?.trigger
    case 'configured':
      return 'configuration'
    case 'breaker_reset':
    case 'policy_changed':
      return 'reset'
    case 'enabled':
    case 'disabled':
      return event.type
    default:
      return undefined
  }
}

function causeOf({ after, stages }: Moved): Cause {
  const { health } = after
  const failure = health.kind === 'up' ? health.suspicion : health.failure
  if (failure) return { ...failure, stages }
  const why = reasonOf(after)
  return {
    code: why?.code ?? 'circuit_open',
    message: why?.message ?? 'Down',
    nextAction: why?.nextAction ?? 'Check now',
    stage: undefined,
    stages,
  }
}
