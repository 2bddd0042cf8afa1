import { AppError } from '../../core/errors.ts'
import { CallPace } from '../../core/gateway/call-pace.ts'
import type { Caller } from '../../core/gateway/endpoint.ts'
import type { Role } from '../../core/token.ts'
import type { Auth } from '../access/auth.ts'
import type { TokenBook } from '../access/token-book.ts'

type Deps = { readonly auth: Pick<Auth, 'authenticate'>; readonly book: Pick<TokenBook, 'get' | 'isValid' | 'touch'> }

const ADMITTED: ReadonlySet<Role> = new Set<Role>(['agent', 'operator', 'admin'])
const MOST_KNOWN = 10_000

/** Who may use the gateway. A token that was proven once is looked at in memory from then on, and hashed no more. */
export class GatewayAccess {
  readonly #deps: Deps
  /** By the text of the header. */
  readonly #known = new Map<string, Caller>()
  /** By token: one token may stand in several ways of writing the header. */
  readonly #paces = new Map<number, CallPace>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The caller, if its token was proven before and still works. */
  known(authorization: string | undefined): Caller | undefined {
    const caller = authorization === undefined ? undefined : this.#known.get(authorization)
    if (caller === undefined) return undefined
    const { book } = this.#deps
    const token = book.get(caller.tokenId)
    if (token === undefined || token.limit !== caller.limit || !book.isValid(caller.tokenId)) return undefined
    book.touch(token)
    return caller
  }

  /** @throws AppError 'unauthenticated', 'forbidden', and 'rate_limited' for an address that tried too many. */
  async prove(authorization: string | undefined, address: string): Promise<Caller> {
    const principal = await this.#deps.auth.authenticate({ authorization, session: undefined }, address)
    if (principal === undefined || authorization === undefined) {
      throw new AppError('unauthenticated', 'Send a valid token as "Authorization: Bearer"')
    }
    if (!ADMITTED.has(principal.role)) {
      throw new AppError('forbidden', `The gateway needs the role agent, operator or admin; you are ${principal.role}`)
    }
    const { tokenId, limit } = principal
    const pace = this.#paces.get(tokenId) ?? new CallPace()
    if (this.#known.size >= MOST_KNOWN) {
      this.#known.clear()
      this.#paces.clear()
    }
    this.#paces.set(tokenId, pace)
    const caller = { tokenId, limit, pace }
    this.#known.set(authorization, caller)
    return caller
  }
}
