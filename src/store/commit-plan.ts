import type { Json } from '../core/capabilities.ts'
import type { Timestamp } from '../core/clock.ts'
import type { Server } from '../core/config/server.ts'
import { unreachable } from '../core/errors.ts'
import type { DomainEvent } from '../core/events.ts'
import type { Collection } from '../core/gateway/collection.ts'
import type { CollectionId, ServerId } from '../core/ids.ts'
import type { Change } from '../core/ports.ts'

type StateSaved = Extract<Change, { type: 'state_saved' }>
export type LoggedCheck = Omit<Extract<Change, { type: 'check_logged' }>, 'type'>
type KnownSpan = Omit<Extract<Change, { type: 'span_known' }>, 'type'>
type CapabilitiesSaved = Extract<Change, { type: 'capabilities_saved' }>
export type CapabilitiesChanged = Extract<Change, { type: 'capabilities_changed' }>
export type IncidentChange = Extract<Change, { type: `incident_${string}` }>

/** What a list of changes comes to, by table: one statement can then write many rows, and each row only once. */
export type CommitPlan = {
  readonly deleted: ReadonlySet<ServerId>
  readonly servers: ReadonlyMap<ServerId, Server>
  readonly states: ReadonlyMap<ServerId, StateSaved>
  readonly capabilities: ReadonlyMap<ServerId, CapabilitiesSaved>
  /** In their order. */
  readonly drifts: readonly CapabilitiesChanged[]
  readonly checks: readonly LoggedCheck[]
  /** By server and beginning. */
  readonly spans: ReadonlyMap<string, KnownSpan>
  /** In their order. */
  readonly incidents: readonly IncidentChange[]
  readonly settings: ReadonlyMap<string, Json>
  /** undefined: deleted. */
  readonly collections: ReadonlyMap<CollectionId, Collection | undefined>
  readonly events: readonly { readonly event: DomainEvent; readonly at: Timestamp }[]
}

/** The later of two changes to the same thing wins; deleting a server undoes what came before it. */
export function planCommit(changes: readonly Change[]): CommitPlan {
  const plan = {
    deleted: new Set<ServerId>(),
    servers: new Map<ServerId, Server>(),
    states: new Map<ServerId, StateSaved>(),
    capabilities: new Map<ServerId, CapabilitiesSaved>(),
    drifts: [] as CapabilitiesChanged[],
    checks: [] as LoggedCheck[],
    spans: new Map<string, KnownSpan>(),
    incidents: [] as IncidentChange[],
    settings: new Map<string, Json>(),
    collections: new Map<CollectionId, Collection | undefined>(),
    events: [] as { event: DomainEvent; at: Timestamp }[],
  }
  for (const change of changes) {
    switch (change.type) {
      case 'server_saved':
        plan.servers.set(change.server.id, change.server)
        break
      case 'server_deleted':
        plan.deleted.add(change.serverId)
        for (const rows of [plan.servers, plan.states, plan.capabilities]) rows.delete(change.serverId)
        plan.checks = plan.checks.filter(({ check }) => check.serverId !== change.serverId)
        plan.drifts = plan.drifts.filter(({ serverId }) => serverId !== change.serverId)
        plan.incidents = plan.incidents.filter((incident) => aboutOf(incident) !== change.serverId)
        for (const [key, { serverId }] of plan.spans) if (serverId === change.serverId) plan.spans.delete(key)
        break
      case 'state_saved':
        plan.states.set(change.serverId, change)
        break
      case 'check_logged':
        plan.checks.push(change)
        break
      case 'span_known':
        plan.spans.set(`${change.serverId} ${change.span.from}`, change)
        break
      case 'incident_opened':
      case 'incident_worsened':
      case 'incident_ended':
        plan.incidents.push(change)
        break
      case 'capabilities_saved':
        plan.capabilities.set(change.serverId, change)
        break
      case 'capabilities_changed':
        plan.drifts.push(change)
        break
      case 'collection_saved':
        plan.collections.set(change.collection.id, change.collection)
        break
      case 'collection_deleted':
        plan.collections.set(change.collectionId, undefined)
        break
      case 'setting_saved':
        plan.settings.set(change.key, change.value)
        break
      case 'event':
        plan.events.push({ event: change.event, at: change.at })
        break
      default:
        return unreachable(change)
    }
  }
  return plan
}

/** The plan without what belongs to servers that `known` does not hold: a late result of a deleted server is no error. */
export const keepKnown = (plan: CommitPlan, known: ReadonlySet<number>): CommitPlan => ({
  ...plan,
  states: new Map([...plan.states].filter(([id]) => known.has(id))),
  capabilities: new Map([...plan.capabilities].filter(([id]) => known.has(id))),
  drifts: plan.drifts.filter(({ serverId }) => known.has(serverId)),
  checks: plan.checks.filter(({ check }) => known.has(check.serverId)),
  spans: new Map([...plan.spans].filter(([, { serverId }]) => known.has(serverId))),
  incidents: plan.incidents.filter((incident) => known.has(aboutOf(incident))),
})

const aboutOf = (change: IncidentChange): ServerId =>
  change.type === 'incident_opened' ? change.incident.serverId : change.serverId
