import type { StoredToken } from '../../core/token.ts'
import { sameHash } from './secrets.ts'

/** Tokens as last read from the store, so that a request costs a look into memory. */
export class TokenCache {
  /** By the start of the hash; the rest is compared in constant time. */
  readonly #byPrefix = new Map<string, readonly StoredToken[]>()
  readonly #byId = new Map<number, StoredToken>()

  find(hash: string): StoredToken | undefined {
    return this.#byPrefix.get(prefixOf(hash))?.find((token) => sameHash(token.hash, hash))
  }

  get(id: number): StoredToken | undefined {
    return this.#byId.get(id)
  }

  all(): readonly StoredToken[] {
    return [...this.#byId.values()]
  }

  set(token: StoredToken): void {
    this.delete(token.id)
    this.#byId.set(token.id, token)
    const prefix = prefixOf(token.hash)
    this.#byPrefix.set(prefix, [...(this.#byPrefix.get(prefix) ?? []), token])
  }

  delete(id: number): void {
    const token = this.#byId.get(id)
    if (!token) return
    this.#byId.delete(id)
    const prefix = prefixOf(token.hash)
    const rest = (this.#byPrefix.get(prefix) ?? []).filter((other) => other.id !== id)
    if (rest.length > 0) this.#byPrefix.set(prefix, rest)
    else this.#byPrefix.delete(prefix)
  }

  /** Takes over what the store holds now; answers the ids that are gone. */
  replace(tokens: readonly StoredToken[]): readonly number[] {
    const kept = new Set(tokens.map((token) => token.id))
    const gone = [...this.#byId.keys()].filter((id) => !kept.has(id))
    for (const id of gone) this.delete(id)
    for (const token of tokens) this.set(token)
    return gone
  }
}

const prefixOf = (hash: string): string => hash.slice(0, 16)
