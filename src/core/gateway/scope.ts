import type { CollectionId, ServerId } from '../ids.ts'
import type { Collection, Part, ToolChoice } from './collection.ts'

/** What a token may use through the gateway: these servers, and what these collections offer; all else is not there. */
export type TokenLimit = { readonly servers: readonly ServerId[]; readonly collections: readonly CollectionId[] }

/** What may be used at an endpoint. The same object until something of it changes, so that others can keep things by it. */
export type Scope = {
  /** undefined: every server, whole. */
  readonly parts: ReadonlyMap<ServerId, Part> | undefined
  /** Tools by the names that were given to them; those are found under no other name. */
  readonly renamed: ReadonlyMap<string, { readonly serverId: ServerId; readonly tool: string }>
}

const WHOLE: Part = { tools: new Map(), otherTools: true, prompts: true, resources: true }

export const EVERYTHING: Scope = { parts: undefined, renamed: new Map() }

/** What of the server may be used; undefined: nothing, for this caller it does not exist. */
export const partOf = (scope: Scope, id: ServerId): Part | undefined =>
  scope.parts === undefined ? WHOLE : scope.parts.get(id)

/** `tool` by the name its server gives it. */
export const isToolOn = (part: Part, tool: string): boolean => part.tools.get(tool)?.on ?? part.otherTools

/** A collection as it is at its own endpoint. */
export function scopeOfCollection({ config: { servers } }: Collection): Scope {
  const renamed = new Map<string, { readonly serverId: ServerId; readonly tool: string }>()
  for (const { serverId, tools } of servers) {
    for (const [tool, { on, name }] of tools) if (on && name !== undefined) renamed.set(name, { serverId, tool })
  }
  return { parts: new Map(servers.map((server) => [server.serverId, server])), renamed }
}

/** Everything a limit leaves, under the servers' own names. Collections that are gone leave nothing. */
export function scopeOfLimit(limit: TokenLimit, find: (id: CollectionId) => Collection | undefined): Scope {
  const parts = new Map<ServerId, Part>()
  for (const server of limit.collections.flatMap((id) => find(id)?.config.servers ?? [])) {
    parts.set(server.serverId, either(parts.get(server.serverId), server))
  }
  for (const id of limit.servers) parts.set(id, WHOLE)
  return { parts, renamed: new Map() }
}

/** What at least one of both allows. */
function either(a: Part | undefined, b: Part): Part {
  const tools = new Map<string, ToolChoice>()
  for (const tool of new Set([...(a?.tools.keys() ?? []), ...b.tools.keys()])) {
    tools.set(tool, {
      on: (a !== undefined && isToolOn(a, tool)) || isToolOn(b, tool),
      name: undefined,
      description: undefined,
    })
  }
  return {
    tools,
    otherTools: (a?.otherTools ?? false) || b.otherTools,
    prompts: (a?.prompts ?? false) || b.prompts,
    resources: (a?.resources ?? false) || b.resources,
  }
}
