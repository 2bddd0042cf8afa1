import { type Capabilities, type Capability, type JsonObject, sameCapabilities } from '../capabilities.ts'

/**
 * Holds equal lists once, since servers that run the same program offer the same, and as text; what no server offers is
 * let go.
 */
export class SharedCapabilities {
  readonly #held = new Map<string, WeakRef<Capabilities>>()
  readonly #ended = new FinalizationRegistry<string>((key) => {
    if (!this.#held.get(key)?.deref()) this.#held.delete(key)
  })

  /** The equal lists that are held already, else these from now on. */
  of(capabilities: Capabilities): Capabilities {
    const key = keyOf(capabilities)
    const held = this.#held.get(key)?.deref()
    if (held && sameCapabilities(held, capabilities)) return held
    const kept = folded(capabilities)
    this.#held.set(key, new WeakRef(kept))
    this.#ended.register(kept, key)
    return kept
  }
}

/** Short, since it is held for each list: lists with the same may still differ. */
const keyOf = ({ tools, prompts, resources }: Capabilities): string =>
  [...tools, ...prompts, ...resources].map(({ hash }) => hash.slice(0, 4)).join('')

const folded = (lists: Capabilities): Capabilities => ({
  ...lists,
  tools: lists.tools.map(fold),
  prompts: lists.prompts.map(fold),
  resources: lists.resources.map(fold),
  ...(lists.templates && { templates: lists.templates.map(fold) }),
})

const fold = (item: Capability): Capability => new FoldedCapability(item)

/** Described by text: objects would take two to three times the memory, and few of all descriptions are ever read. */
class FoldedCapability implements Capability {
  readonly name: string
  readonly hash: string
  readonly #definition: string

  constructor({ name, hash, definition }: Capability) {
    this.name = name
    this.hash = hash
    this.#definition = JSON.stringify(definition)
  }

  /** Made anew each time. */
  get definition(): JsonObject {
    return JSON.parse(this.#definition)
  }

  toJSON(): Capability {
    return { name: this.name, hash: this.hash, definition: this.definition }
  }
}
