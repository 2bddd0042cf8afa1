import type { Outcome, ReasonCode, Trigger } from './check.ts'
import type { Timestamp } from './clock.ts'
import type { Badge, CircuitKind, HealthStatus } from './health/state.ts'
import type { CollectionId, ServerId } from './ids.ts'

export const SEVERITIES = ['info', 'warning', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

type About = {
  readonly serverId: ServerId
  readonly serverName: string
  /** Of the member that it tells of; 0 in events from before there were versions. */
  readonly version: number
  readonly severity: Severity
}

/** What of a list came, went, or is described anew. */
export type NamesChanged = {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

/** What happened to a server or the fleet. Stored in the same transaction as the change it tells of. */
export type DomainEvent =
  | (About & {
      readonly type: 'mcp_status_change'
      readonly oldStatus: HealthStatus
      readonly newStatus: HealthStatus
      readonly reasonCode: ReasonCode | undefined
      readonly reason: string | undefined
    })
  | (About & {
      readonly type: 'circuit_breaker_state'
      readonly oldState: CircuitKind
      readonly newState: CircuitKind
      readonly failureCount: number
      readonly failureCycles: number
      readonly retryAt: Timestamp | undefined
    })
  | (About & { readonly type: 'mcp_auto_disabled'; readonly reason: string; readonly failureCycles: number })
  /** `server` is the wire view as it was then, so that a replay tells the same. */
  | (About & { readonly type: 'mcp_server_created' | 'mcp_server_updated'; readonly server: object })
  | (About & { readonly type: 'mcp_server_deleted' })
  /** Tools by name; prompts by name and resources by URI beside them. */
  | (About &
      NamesChanged & {
        readonly type: 'mcp_capabilities_changed'
        readonly prompts: NamesChanged
        readonly resources: NamesChanged
        /** There are more than named here. */
        readonly truncated: boolean
      })
  | {
      readonly type: 'mcp_common_cause'
      readonly severity: Severity
      readonly active: boolean
      /** Names of the servers that fell together. */
      readonly servers: readonly string[]
      readonly suspected: string
    }
  | {
      readonly type: 'collection_changed'
      readonly severity: Severity
      readonly change: 'created' | 'updated' | 'deleted'
      readonly collectionId: CollectionId
      readonly collectionName: string
    }

export type EventType = DomainEvent['type']

/** An event as stored: `seq` starts at 1 and has no gaps. */
export type StoredEvent = { readonly seq: number; readonly at: Timestamp; readonly event: DomainEvent }

/** Told live after every check, never stored. */
export type CheckNotice = {
  readonly serverId: ServerId
  readonly serverName: string
  readonly version: number
  readonly status: HealthStatus
  readonly trigger: Trigger
  readonly outcome: Outcome
  /** Why it failed. */
  readonly reasonCode: ReasonCode | undefined
  readonly responseTimeMs: number
  readonly nextCheckAt: Timestamp | undefined
  readonly badges: readonly Badge[]
  readonly at: Timestamp
}
