import { type Capabilities, sameCapabilities } from '../capabilities.ts'

/** Holds equal lists once, since servers that run the same program offer the same; what no server offers is let go. */
export class SharedCapabilities {
  readonly #held = new Map<string, WeakRef<Capabilities>>()
  readonly #ended = new FinalizationRegistry<string>((key) => {
    if (!this.#held.get(key)?.deref()) this.#held.delete(key)
  })

  /** The equal lists that are held already, else these. */
  of(capabilities: Capabilities): Capabilities {
    const key = keyOf(capabilities)
    const held = this.#held.get(key)?.deref()
    if (held && sameCapabilities(held, capabilities)) return held
    this.#held.set(key, new WeakRef(capabilities))
    this.#ended.register(capabilities, key)
    return capabilities
  }
}

/** Short, since it is held for each list: lists with the same may still differ. */
const keyOf = ({ tools, prompts, resources }: Capabilities): string =>
  [...tools, ...prompts, ...resources].map(({ hash }) => hash.slice(0, 4)).join('')
