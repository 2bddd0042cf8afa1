/** JSON as an upstream sent it, already bounded in size and depth. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** A tool, prompt or resource as the upstream described it. `hash` is of its canonical JSON, so that a change is seen. */
export type Capability = { readonly name: string; readonly hash: string; readonly definition: JsonObject }

export const CAPABILITY_KINDS = ['tool', 'prompt', 'resource'] as const

/** An entry of a list that was left out, and why; the others are kept. */
export type Dropped = {
  readonly kind: (typeof CAPABILITY_KINDS)[number]
  readonly name: string
  readonly reason: string
}

/** `name` of a resource is its URI. */
export type Capabilities = {
  readonly tools: readonly Capability[]
  readonly prompts: readonly Capability[]
  readonly resources: readonly Capability[]
  readonly dropped: readonly Dropped[]
}

export type ToolChanges = {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

/** What changed between two lists of tools, by name; `undefined` when nothing did. */
export function toolChanges(before: readonly Capability[], after: readonly Capability[]): ToolChanges | undefined {
  const old = new Map(before.map((tool) => [tool.name, tool.hash]))
  const current = new Set(after.map((tool) => tool.name))
  const added = after.filter((tool) => !old.has(tool.name)).map((tool) => tool.name)
  const changed = after
    .filter((tool) => old.has(tool.name) && old.get(tool.name) !== tool.hash)
    .map((tool) => tool.name)
  const removed = before.filter((tool) => !current.has(tool.name)).map((tool) => tool.name)
  return added.length + changed.length + removed.length > 0 ? { added, removed, changed } : undefined
}

/** True when both list the same things, described the same. */
export const sameCapabilities = (a: Capabilities, b: Capabilities): boolean => fingerprint(a) === fingerprint(b)

const fingerprint = ({ tools, prompts, resources, dropped }: Capabilities): string =>
  [
    ...[tools, prompts, resources].map((list) => list.map(({ hash }) => hash).join()),
    JSON.stringify(dropped.map(({ kind, name, reason }) => [kind, name, reason])),
  ].join(';')
