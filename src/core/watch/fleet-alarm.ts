import type { Instant } from '../clock.ts'
import type { DomainEvent } from '../events.ts'
import { type CommonCause, type FleetEvent, NO_COMMON_CAUSE, suspect } from '../health/common-cause.ts'
import type { HealthStatus } from '../health/state.ts'
import type { ServerId } from '../ids.ts'
import type { Fleet } from './fleet.ts'

export type Alarm = Extract<DomainEvent, { type: 'mcp_common_cause' }>

/** Suspects Omni2 itself, or its network, when much of the fleet falls at once. */
export class FleetAlarm {
  readonly #fleet: Fleet
  #cause: CommonCause = NO_COMMON_CAUSE

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  /** Hears of every change of a status; answers what to tell when the suspicion begins or ends. */
  statusChanged(serverId: ServerId, from: HealthStatus, to: HealthStatus, now: Instant): Alarm | undefined {
    const event = fleetEvent(serverId, from, to)
    return event && this.#hear(event, now)
  }

  /** A server that is gone is no longer down. */
  removed(serverId: ServerId, now: Instant): Alarm | undefined {
    return this.#hear({ type: 'recovered', serverId }, now)
  }

  #hear(event: FleetEvent, now: Instant): Alarm | undefined {
    const before = this.#cause
    this.#cause = suspect(before, event, this.#fleet.enabled, now)
    if (before.active === this.#cause.active) return undefined
    return this.#cause.active ? this.#raised() : cleared
  }

  #raised(): Alarm {
    const names = this.#cause.fallen.flatMap(({ serverId }) => this.#fleet.find(serverId)?.server.config.name ?? [])
    return {
      type: 'mcp_common_cause',
      severity: 'critical',
      active: true,
      servers: names,
      suspected: `${names.length} of ${this.#fleet.enabled} servers fell within a minute: check the network of Omni2 first`,
    }
  }
}

const cleared: Alarm = {
  type: 'mcp_common_cause',
  severity: 'info',
  active: false,
  servers: [],
  suspected: 'Most of the servers that fell together are back',
}

const DOWN: readonly HealthStatus[] = ['disconnected', 'unhealthy', 'circuit_open']

function fleetEvent(serverId: ServerId, from: HealthStatus, to: HealthStatus): FleetEvent | undefined {
  // One that never worked here says nothing of a fault we would share.
  if (DOWN.includes(to)) return from === 'healthy' ? { type: 'fell', serverId } : undefined
  return { type: 'recovered', serverId }
}
