import type { CapabilitiesView, CapabilityView, ServerCapabilities } from '../../api/capabilities-view.ts'
import type { Capabilities, Capability } from '../../core/capabilities.ts'
import type { Member } from '../../core/watch/fleet.ts'
import { isoOrNull } from './time.ts'

/** Empty lists and no `seen_at` for a server that was never listed. */
export const serverCapabilities = ({ server, capabilities }: Member): ServerCapabilities => ({
  server_id: server.id,
  seen_at: isoOrNull(capabilities?.seenAt),
  ...capabilityLists(capabilities?.value ?? { tools: [], prompts: [], resources: [], dropped: [] }),
})

export const capabilityLists = ({ tools, prompts, resources, dropped }: Capabilities): CapabilitiesView => ({
  tools: tools.map(capabilityView),
  prompts: prompts.map(capabilityView),
  resources: resources.map(capabilityView),
  dropped: dropped.map(({ kind, name, reason }) => ({ kind, name, reason })),
})

const capabilityView = ({ name, hash, definition }: Capability): CapabilityView => ({ name, hash, definition })
