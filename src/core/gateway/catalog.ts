import type { Capability, JsonObject } from '../capabilities.ts'
import type { Member } from '../watch/fleet.ts'
import type { Part } from './collection.ts'
import { publicName } from './public-name.ts'
import { publicUri } from './public-uri.ts'
import { isToolOn } from './scope.ts'

export type ListKind = 'tools' | 'prompts' | 'resources'

/**
 * What of one server is offered, as the server described it when it was last seen; `isPublic`: under names that no other
 * server has.
 */
export function offered(member: Member, part: Part, kind: ListKind, isPublic: boolean): readonly JsonObject[] {
  const listed: readonly Capability[] = member.capabilities?.value[kind] ?? []
  const { name } = member.server.config
  if (kind === 'tools')
    return listed.filter((tool) => isToolOn(part, tool.name)).map((tool) => shown(tool, name, part, isPublic))
  if (!part[kind]) return []
  if (!isPublic) return listed.map(({ definition }) => definition)
  return kind === 'prompts'
    ? listed.map((prompt) => ({ ...prompt.definition, name: publicName(name, prompt.name) }))
    : listed.map((resource) => ({ ...resource.definition, uri: publicUri(name, resource.name) }))
}

function shown(tool: Capability, server: string, part: Part, isPublic: boolean): JsonObject {
  const choice = part.tools.get(tool.name)
  const name = choice?.name ?? (isPublic ? publicName(server, tool.name) : tool.name)
  if (name === tool.name && choice?.description === undefined) return tool.definition
  return { ...tool.definition, name, ...(choice?.description !== undefined && { description: choice.description }) }
}
