import type { Clock, Instant, Timestamp } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { Feed } from '../../core/feed.ts'
import type { TokenLimit } from '../../core/gateway/scope.ts'
import type { Store } from '../../core/ports.ts'
import type { Role, StoredToken } from '../../core/token.ts'
import { hashSecret, mintSecret } from './secrets.ts'
import { TokenCache } from './token-cache.ts'

type Deps = {
  readonly store: Pick<Store, 'tokens' | 'saveToken' | 'deleteToken' | 'touchToken'>
  readonly clock: Clock
  /** Why nothing can be stored at present: then nobody waits to find it out. */
  readonly outage?: () => AppError | undefined
  /** Told of failures nobody waits for; the book goes on with what it knows. */
  readonly onError: (error: unknown) => void
}

type NewToken = {
  readonly kind: StoredToken['kind']
  readonly name: string
  readonly role: Role
  readonly parentId?: number
  readonly expiresAt?: Timestamp
  readonly limit?: TokenLimit | undefined
  /** A secret chosen by a person; absent: one is made. */
  readonly secret?: string
}

/** Tokens change outside this process too: `omni2 token create` writes to the same database. */
const REFRESH_MS = 10_000
const TOUCH_PAUSE_MS = 60_000

/** Every token there is: in memory for reading, in the store for keeping. */
export class TokenBook {
  /** Ids that stopped working: deleted here, elsewhere, or with the token they came from. */
  readonly revoked: Feed<ReadonlySet<number>>
  readonly #deps: Deps
  readonly #cache = new TokenCache()
  readonly #touchedAt = new Map<number, Instant>()
  #writes = 0
  #refreshing: Promise<void> | undefined

  constructor(deps: Deps) {
    this.#deps = deps
    this.revoked = new Feed(deps.onError)
  }

  /** Reads all tokens now and from then on every 10 s. Returns the function that stops it. */
  async start(): Promise<() => void> {
    await this.refresh()
    let cancel = () => {}
    const again = () => {
      cancel = this.#deps.clock.after(REFRESH_MS, () => {
        this.refresh().catch(this.#deps.onError)
        again()
      })
    }
    again()
    return () => cancel()
  }

  /** Every token kept, sessions and codes too. */
  all(): readonly StoredToken[] {
    return this.#cache.all()
  }

  get(id: number): StoredToken | undefined {
    return this.#cache.get(id)
  }

  /** Whether a token, or a session made from one, still works. */
  isValid(id: number): boolean {
    const token = this.#cache.get(id)
    return token !== undefined && this.#valid(token) !== undefined
  }

  /** The token of a secret that still works. One that is not known yet is looked for in the store. */
  async find(hash: string): Promise<StoredToken | undefined> {
    let token = this.#cache.find(hash)
    if (!token && this.#refreshing) {
      // It may have begun before the token was written, so its answer is not the last word.
      await this.#refreshing
      token = this.#cache.find(hash)
    }
    if (!token) {
      await this.refresh()
      token = this.#cache.find(hash)
    }
    return token && this.#valid(token)
  }

  /** The secret is in this answer and nowhere else. @throws AppError 'unavailable' */
  async create(input: NewToken): Promise<{ readonly token: StoredToken; readonly secret: string }> {
    const { kind } = input
    this.#assertStoring()
    const secret = input.secret ?? mintSecret(kind === 'api' ? input.role : kind === 'session' ? 'session' : 'code')
    const token = await this.#deps.store.saveToken({
      kind,
      name: input.name,
      role: input.role,
      hash: hashSecret(secret),
      parentId: input.parentId,
      limit: input.limit,
      createdAt: this.#deps.clock.wall(),
      expiresAt: input.expiresAt,
      lastUsedAt: undefined,
    })
    this.#writes += 1
    this.#cache.set(token)
    return { token, secret }
  }

  /** Ends a token and what was made from it. False when it was gone already: of two callers, one gets true. */
  async remove(id: number): Promise<boolean> {
    this.#assertStoring()
    const children = this.all().filter((token) => token.parentId === id)
    const removed = await this.#deps.store.deleteToken(id)
    this.#writes += 1
    this.#forget([id, ...children.map((child) => child.id)])
    for (const child of children) await this.#deps.store.deleteToken(child.id)
    return removed
  }

  /** Deletes an API token. @throws AppError 'not_found', or 'conflict' for the last one that may manage tokens. */
  async removeApiToken(id: number): Promise<void> {
    const tokens = this.all().filter((token) => token.kind === 'api')
    const token = tokens.find((candidate) => candidate.id === id)
    if (!token) throw new AppError('not_found', `No token ${id}`)
    const admins = tokens.filter((candidate) => candidate.role === 'admin' && this.#valid(candidate))
    if (admins.length === 1 && admins[0]?.id === id) {
      throw new AppError('conflict', 'This is the last admin token; create another one first')
    }
    await this.remove(id)
  }

  /** Notes that a token was used, at most once a minute; nobody waits for it. */
  touch(token: StoredToken): void {
    const { clock, store, onError } = this.#deps
    const now = clock.now()
    const last = this.#touchedAt.get(token.id)
    if (last !== undefined && now - last < TOUCH_PAUSE_MS) return
    this.#touchedAt.set(token.id, now)
    store.touchToken(token.id, clock.wall()).catch(onError)
  }

  /** Takes over what the store holds now. Callers at the same moment share one reading. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#readAll().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const writes = this.#writes
      const tokens = await this.#deps.store.tokens()
      if (writes !== this.#writes) continue // written meanwhile: the list may be older than what we know
      const gone = this.#cache.replace(tokens)
      this.#forget(gone)
      break
    }
    await this.#sweep()
  }

  /** Sessions and codes that ended are of no more use; API tokens stay, to be seen as expired. */
  async #sweep(): Promise<void> {
    const ended = this.all().filter((token) => token.kind !== 'api' && !this.#valid(token))
    for (const token of ended) {
      this.#forget([token.id])
      await this.#deps.store.deleteToken(token.id)
      this.#writes += 1
    }
  }

  #forget(ids: readonly number[]): void {
    if (ids.length === 0) return
    for (const id of ids) {
      this.#cache.delete(id)
      this.#touchedAt.delete(id)
    }
    this.revoked.emit(new Set(ids))
  }

  #assertStoring(): void {
    const outage = this.#deps.outage?.()
    if (outage) throw outage
  }

  /** The token unless it, or the one it came from, is no longer good. */
  #valid(token: StoredToken): StoredToken | undefined {
    if (token.expiresAt !== undefined && token.expiresAt <= this.#deps.clock.wall()) return undefined
    if (token.parentId === undefined) return token
    const parent = this.#cache.get(token.parentId)
    return parent && this.#valid(parent) ? token : undefined
  }
}
