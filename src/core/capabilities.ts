/** JSON as an upstream sent it, already bounded in size and depth. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** A tool, prompt or resource as the upstream described it. `hash` is of its canonical JSON, so that a change is seen. */
export type Capability = { readonly name: string; readonly hash: string; readonly definition: JsonObject }

export const CAPABILITY_KINDS = ['tool', 'prompt', 'resource'] as const
export type CapabilityKind = (typeof CAPABILITY_KINDS)[number]

/** An entry of a list that was left out, and why; the others are kept. */
export type Dropped = {
  readonly kind: CapabilityKind
  readonly name: string
  readonly reason: string
}

/** `name` of a resource is its URI, and of a template that of its URIs. */
export type Capabilities = {
  readonly tools: readonly Capability[]
  readonly prompts: readonly Capability[]
  readonly resources: readonly Capability[]
  /** Absent where there are none. */
  readonly templates?: readonly Capability[] | undefined
  readonly dropped: readonly Dropped[]
}

/** The lists there are, with the kind of what is in them. */
export const CAPABILITY_LISTS = [
  ['tool', 'tools'],
  ['prompt', 'prompts'],
  ['resource', 'resources'],
] as const satisfies readonly [CapabilityKind, keyof Capabilities][]

/** True when both list the same things, described the same. */
export const sameCapabilities = (a: Capabilities, b: Capabilities): boolean => fingerprint(a) === fingerprint(b)

const fingerprint = ({ tools, prompts, resources, templates = [], dropped }: Capabilities): string =>
  [
    ...[tools, prompts, resources, templates].map((list) => list.map(({ hash }) => hash).join()),
    JSON.stringify(dropped.map(({ kind, name, reason }) => [kind, name, reason])),
  ].join(';')
