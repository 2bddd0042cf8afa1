import {
  CAPABILITY_LISTS,
  type Capabilities,
  type CapabilityKind,
  type Json,
  type JsonObject,
} from '../capabilities.ts'

/** A tool, prompt or resource that came, went or is described anew; definitions as the server gave them. */
export type CapabilityChange = {
  readonly kind: CapabilityKind
  readonly name: string
  readonly change: (typeof CAPABILITY_CHANGES)[number]
  readonly before: JsonObject | undefined
  readonly after: JsonObject | undefined
}

export const CAPABILITY_CHANGES = ['changed', 'removed', 'added'] as const

/** As it is kept: `truncated` when a definition was too large for that. */
export type KeptChange = CapabilityChange & { readonly truncated: boolean }

/** What of one look is kept, and of how many changes nothing is. */
export type KeptChanges = { readonly changes: readonly KeptChange[]; readonly omitted: number }

/** In characters of JSON, about. One change is two definitions; what people write has a tenth. */
const MOST = { changes: 100, charactersOfOne: 64 * 1024, characters: 256 * 1024 } as const

/** What changed between two looks: first what is another than it was, which nobody may have agreed to. */
export function capabilityChanges(before: Capabilities, after: Capabilities): readonly CapabilityChange[] {
  const all = CAPABILITY_LISTS.flatMap(([kind, list]): CapabilityChange[] => {
    const old = new Map(before[list].map((item) => [item.name, item]))
    const current = new Set(after[list].map(({ name }) => name))
    const changed = after[list].flatMap(({ name, hash, definition }): CapabilityChange[] => {
      const known = old.get(name)
      if (known?.hash === hash) return []
      const change = known ? 'changed' : 'added'
      return [{ kind, name, change, before: known?.definition, after: definition }]
    })
    const removed = before[list].flatMap(({ name, definition }): CapabilityChange[] =>
      current.has(name) ? [] : [{ kind, name, change: 'removed', before: definition, after: undefined }],
    )
    return [...changed, ...removed]
  })
  return all.sort((a, b) => CAPABILITY_CHANGES.indexOf(a.change) - CAPABILITY_CHANGES.indexOf(b.change))
}

/** As much as may be kept, whatever a server sends. */
export function keptChanges(all: readonly CapabilityChange[]): KeptChanges {
  let left: number = MOST.characters
  const changes = all.slice(0, MOST.changes).map((change): KeptChange => {
    const limit = Math.min(MOST.charactersOfOne, left)
    const size = sizeOf(change.before, limit) + sizeOf(change.after, limit)
    if (size > limit) return { ...change, before: undefined, after: undefined, truncated: true }
    left -= size
    return { ...change, truncated: false }
  })
  return { changes, omitted: all.length - changes.length }
}

/** Characters of its JSON, about; stops counting beyond `limit`. */
function sizeOf(json: Json | undefined, limit: number): number {
  if (typeof json === 'string') return json.length + 3
  if (typeof json !== 'object' || json === null) return 6
  let size = 2
  for (const [key, value] of Object.entries(json)) {
    size += key.length + 4 + sizeOf(value, limit - size)
    if (size > limit) break
  }
  return size
}
