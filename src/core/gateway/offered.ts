import type { Capability, JsonObject } from '../capabilities.ts'
import { unreachable } from '../errors.ts'
import type { Member } from '../watch/fleet.ts'
import type { Part } from './collection.ts'
import { publicName } from './public-name.ts'
import { publicUri } from './public-uri.ts'
import { isToolOn } from './scope.ts'

export const LIST_KINDS = ['tools', 'prompts', 'resources', 'templates'] as const
export type ListKind = (typeof LIST_KINDS)[number]

/** A server, and what of it is offered. */
export type Source = { readonly member: Member; readonly part: Part }

/**
 * What of one server is offered, as the server described it when it was last seen; with `nameLimit` under names that no
 * other server has, and none longer than that.
 */
export function offered(
  { member, part }: Source,
  kind: ListKind,
  nameLimit: number | undefined,
): readonly JsonObject[] {
  const listed: readonly Capability[] = member.capabilities?.value[kind] ?? []
  const { name } = member.server.config
  if (kind === 'tools')
    return listed.filter((tool) => isToolOn(part, tool.name)).map((tool) => shown(tool, name, part, nameLimit))
  if (!part[kind === 'prompts' ? 'prompts' : 'resources']) return []
  if (nameLimit === undefined) return listed.map(({ definition }) => definition)
  return listed.map((item) => ({ ...item.definition, ...publicly(kind, name, item.name, nameLimit) }))
}

function publicly(kind: Exclude<ListKind, 'tools'>, server: string, name: string, nameLimit: number): JsonObject {
  switch (kind) {
    case 'prompts':
      return { name: publicName(server, name, nameLimit) }
    case 'resources':
      return { uri: publicUri(server, name) }
    case 'templates':
      return { uriTemplate: publicUri(server, name) }
    default:
      return unreachable(kind)
  }
}

function shown(tool: Capability, server: string, part: Part, nameLimit: number | undefined): JsonObject {
  const choice = part.tools.get(tool.name)
  const usual = nameLimit === undefined ? tool.name : publicName(server, tool.name, nameLimit)
  const name = choice?.name ?? usual
  if (name === tool.name && choice?.description === undefined) return tool.definition
  return { ...tool.definition, name, ...(choice?.description !== undefined && { description: choice.description }) }
}
