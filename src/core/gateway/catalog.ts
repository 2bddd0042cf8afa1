import type { Capability, JsonObject } from '../capabilities.ts'
import type { Member } from '../watch/fleet.ts'
import { publicName } from './public-name.ts'
import { publicUri } from './public-uri.ts'

export type ListKind = 'tools' | 'prompts' | 'resources'

/** What one server offers, as it described it when it was last seen; `isPublic`: under names that no other server has. */
export function offered({ server, capabilities }: Member, kind: ListKind, isPublic: boolean): readonly JsonObject[] {
  const listed: readonly Capability[] = capabilities?.value[kind] ?? []
  if (!isPublic) return listed.map(({ definition }) => definition)
  const { name } = server.config
  return kind === 'resources'
    ? listed.map((resource) => ({ ...resource.definition, uri: publicUri(name, resource.name) }))
    : listed.map((item) => ({ ...item.definition, name: publicName(name, item.name) }))
}
