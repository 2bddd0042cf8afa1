import type {
  CapabilitiesView,
  CapabilityChangeView,
  CapabilityView,
  KnownCapability,
  ServerCapabilities,
} from '../../api/capabilities-view.ts'
import type { Capabilities, Capability, CapabilityKind } from '../../core/capabilities.ts'
import { datesOf } from '../../core/history/capability-dates.ts'
import type { StoredCapabilityChange } from '../../core/ports.ts'
import type { Member } from '../../core/watch/fleet.ts'
import { iso } from './time.ts'

/** Empty lists and no `seen_at` for a server that was never listed. */
export function serverCapabilities({ server, capabilities }: Member): ServerCapabilities {
  const nothing = { tools: [], prompts: [], resources: [], dropped: [] }
  if (!capabilities) return { server_id: server.id, seen_at: null, ...nothing }
  const { value, seenAt, dates } = capabilities
  const known = (kind: CapabilityKind, list: readonly Capability[]) =>
    list.map((item): KnownCapability => {
      const { firstSeen, lastChanged } = datesOf(dates, kind, item.name)
      return { ...capabilityView(item), first_seen: iso(firstSeen), last_changed: iso(lastChanged) }
    })
  return {
    server_id: server.id,
    seen_at: iso(seenAt),
    tools: known('tool', value.tools),
    prompts: known('prompt', value.prompts),
    resources: known('resource', value.resources),
    dropped: droppedView(value),
  }
}

export const capabilityChangeView = (stored: StoredCapabilityChange): CapabilityChangeView => {
  const { id, at, kind, name, change, before, after, truncated, omitted } = stored
  return { id, seen_at: iso(at), kind, name, change, before: before ?? null, after: after ?? null, truncated, omitted }
}

export const capabilityLists = (lists: Capabilities): CapabilitiesView => ({
  tools: lists.tools.map(capabilityView),
  prompts: lists.prompts.map(capabilityView),
  resources: lists.resources.map(capabilityView),
  dropped: droppedView(lists),
})

const droppedView = ({ dropped }: Capabilities): CapabilitiesView['dropped'] =>
  dropped.map(({ kind, name, reason }) => ({ kind, name, reason }))

const capabilityView = ({ name, hash, definition }: Capability): CapabilityView => ({ name, hash, definition })
