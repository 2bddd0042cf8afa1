import { type Clock, type Timestamp, timestamp } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { StoredToken } from '../../core/token.ts'
import { GuessLimit } from './guess-limit.ts'
import { may, type Principal } from './principal.ts'
import { hashSecret, isMinted } from './secrets.ts'
import type { TokenBook } from './token-book.ts'

type Deps = { readonly book: TokenBook; readonly clock: Clock }

/** What a caller shows; an Authorization header decides alone when there is one. */
export type Credentials = { readonly authorization: string | undefined; readonly session: string | undefined }

export type SignedIn = { readonly secret: string; readonly principal: Principal; readonly expiresAt: Timestamp }

const CODE_MS = 10 * 60_000
const SESSION_MS = 7 * 24 * 3_600_000
/** Of one token; the oldest ends when another begins. */
const MAX_SESSIONS = 50

/** Proves who calls, and opens and ends sessions. */
export class Auth {
  readonly #deps: Deps
  readonly #guesses = new GuessLimit()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** @throws AppError 'rate_limited' for an address that tried too many wrong secrets. */
  async authenticate({ authorization, session }: Credentials, address: string): Promise<Principal | undefined> {
    if (authorization !== undefined) {
      const secret = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1]
      return secret === undefined ? undefined : this.#prove(secret, ['api'], address)
    }
    return session === undefined || !isMinted(session) ? undefined : this.#prove(session, ['session'], address)
  }

  /**
   * Opens a browser session with an API token or a one-time code.
   * @throws AppError 'unauthenticated' when it is neither, 'forbidden' for an agent, 'rate_limited' after many wrong ones.
   */
  async signIn(secret: string, address: string): Promise<SignedIn> {
    const { book } = this.#deps
    const shown = await this.#find(secret, ['api', 'sign_in_code'], address)
    if (!shown) throw new AppError('unauthenticated', 'This token or code is not valid')
    // Of two callers with the same code one removes it, and that one is signed in.
    if (shown.kind === 'sign_in_code' && !(await book.remove(shown.id))) {
      throw new AppError('unauthenticated', 'This code was used already')
    }
    const root = shown.parentId === undefined ? shown : book.get(shown.parentId)
    if (!root) throw new AppError('unauthenticated', 'This token or code is not valid')
    if (!may(root.role, 'viewer')) throw new AppError('forbidden', 'An agent token opens the gateway only')

    await this.#endOldestSession(root.id)
    const expiresAt = this.#until(SESSION_MS, root)
    const { name, role } = root
    const created = await book.create({ kind: 'session', name, role, parentId: root.id, expiresAt })
    book.touch(root)
    return { secret: created.secret, principal: principalOf(created.token), expiresAt }
  }

  /** Ends the session; a bearer token is not ended by this. */
  async signOut(principal: Principal): Promise<void> {
    if (principal.kind === 'session') await this.#deps.book.remove(principal.tokenId)
  }

  /** A code that signs in once, within 10 minutes, as the given API token. */
  async createSignInCode(root: StoredToken): Promise<string> {
    const expiresAt = this.#until(CODE_MS, root)
    const { secret } = await this.#deps.book.create({
      kind: 'sign_in_code',
      name: root.name,
      role: root.role,
      parentId: root.id,
      expiresAt,
    })
    return secret
  }

  async #prove(secret: string, kinds: readonly StoredToken['kind'][], address: string): Promise<Principal | undefined> {
    const token = await this.#find(secret, kinds, address)
    if (!token) return undefined
    this.#deps.book.touch(token)
    return principalOf(token)
  }

  async #find(secret: string, kinds: readonly StoredToken['kind'][], address: string) {
    const { book, clock } = this.#deps
    const now = clock.now()
    const hash = hashSecret(secret)
    const waitMs = this.#guesses.waitMs(address, now)
    const tried = this.#guesses.isKnownWrong(address, hash, now)
    // Nobody guesses 256 random bits, so a minted secret that is right gets in even from a noisy address.
    const guessable = !isMinted(secret)
    const found = tried || (waitMs !== undefined && guessable) ? undefined : await book.find(hash)
    if (found && kinds.includes(found.kind)) return found
    if (waitMs !== undefined) {
      throw new AppError('rate_limited', 'Too many wrong tokens from this address', { retryAfterMs: waitMs })
    }
    this.#guesses.wrong(address, hash, now)
    return undefined
  }

  async #endOldestSession(rootId: number): Promise<void> {
    const sessions = this.#deps.book.all().filter((token) => token.kind === 'session' && token.parentId === rootId)
    // By id: the wall clock may have been set between them.
    const [oldest] = sessions.sort((a, b) => a.id - b.id)
    if (oldest && sessions.length >= MAX_SESSIONS) await this.#deps.book.remove(oldest.id)
  }

  #until(ms: number, root: StoredToken): Timestamp {
    const end = this.#deps.clock.wall() + ms
    return timestamp(root.expiresAt === undefined ? end : Math.min(end, root.expiresAt))
  }
}

const principalOf = (token: StoredToken): Principal => ({
  tokenId: token.id,
  rootId: token.parentId ?? token.id,
  kind: token.kind === 'session' ? 'session' : 'api',
  name: token.name,
  role: token.role,
  expiresAt: token.expiresAt,
  limit: token.limit,
})
