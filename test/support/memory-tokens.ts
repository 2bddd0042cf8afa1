import type { Store } from '../../src/core/ports.ts'
import type { StoredToken } from '../../src/core/token.ts'

/** The tokens of a store, in memory, for tests of what stands before it. `rows` is the database another process sees. */
export class MemoryTokens implements Pick<Store, 'tokens' | 'saveToken' | 'deleteToken' | 'touchToken' | 'ping'> {
  rows: StoredToken[] = []
  reads = 0
  /** When set, every method rejects with it. */
  broken: Error | undefined
  #nextId = 1

  async tokens() {
    this.#check()
    this.reads += 1
    return [...this.rows]
  }
  async saveToken(token: Omit<StoredToken, 'id'>) {
    this.#check()
    const saved = { ...token, id: this.#nextId++ }
    this.rows.push(saved)
    return saved
  }
  async deleteToken(id: number) {
    this.#check()
    const had = this.rows.some((row) => row.id === id)
    this.rows = this.rows.filter((row) => row.id !== id)
    return had
  }
  async touchToken(id: number, usedAt: StoredToken['createdAt']) {
    this.#check()
    this.rows = this.rows.map((row) => (row.id === id ? { ...row, lastUsedAt: usedAt } : row))
  }
  async ping() {
    this.#check()
  }
  #check() {
    if (this.broken) throw this.broken
  }
}
