import type { Json } from '../../core/capabilities.ts'
import type { Offer } from '../../core/gateway/endpoint.ts'
import { type ListKind, offered, type Source } from '../../core/gateway/offered.ts'
import type { Router } from '../../core/gateway/router.ts'
import type { Scope } from '../../core/gateway/scope.ts'
import { invalidParams } from './rpc-failure.ts'

export const LISTS: ReadonlyMap<string, ListKind> = new Map([
  ['tools/list', 'tools'],
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'templates'],
])

const PAGE = 1_000
/** Of all lists that are kept. */
const MOST_BYTES = 32 * 1024 * 1024

/** A list as it is sent, and what it was made of. */
type Kept = { readonly basis: Basis; readonly pages: readonly Buffer[]; readonly bytes: number }

/** Equal bases make equal lists: the limit of names, and of each server its id, its name and what it lists. */
type Basis = readonly unknown[]

/** Lists as they are sent: serialised once for each scope, and anew when anything that they are made of is another. */
export class Lists {
  readonly #router: Pick<Router, 'sources' | 'nameLimit'>
  /** The one that was used last at the end. */
  readonly #kept = new Map<string, Kept>()
  readonly #numbers = new WeakMap<Scope, number>()
  #lastNumber = 0
  #bytes = 0

  constructor(router: Pick<Router, 'sources' | 'nameLimit'>) {
    this.#router = router
  }

  /** The members of one page's result as JSON, without braces. @throws RpcFailure for a cursor we never gave out. */
  page(offer: Offer, kind: ListKind, cursor: Json | undefined): Buffer {
    const pages = this.#pages(offer, kind)
    const page = cursor === undefined ? pages[0] : typeof cursor === 'string' ? pages[numberOf(cursor)] : undefined
    if (page === undefined) throw invalidParams('The cursor is not one of this list')
    return page
  }

  #pages(offer: Offer, kind: ListKind): readonly Buffer[] {
    const { endpoint, scope } = offer
    const sources = this.#router.sources(offer)
    const nameLimit = endpoint.server === undefined ? this.#router.nameLimit : undefined
    const basis = basisOf(sources, nameLimit)
    const key = `${this.#numberOf(scope)} ${kind} ${endpoint.server ?? ''}`
    const kept = this.#kept.get(key)
    if (kept !== undefined) this.#drop(key, kept)
    if (kept !== undefined && isSame(kept.basis, basis)) return this.#keep(key, kept)
    const items = sources.flatMap((source) => offered(source, kind, nameLimit).map((item) => JSON.stringify(item)))
    const pages = pagesOf(kind, items)
    const bytes = pages.reduce((sum, { length }) => sum + length, 0)
    return this.#keep(key, { basis, pages, bytes })
  }

  #keep(key: string, kept: Kept): readonly Buffer[] {
    this.#kept.set(key, kept)
    this.#bytes += kept.bytes
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= MOST_BYTES) break
      this.#kept.delete(oldest)
      this.#bytes -= bytes
    }
    return kept.pages
  }

  #drop(key: string, { bytes }: Kept): void {
    this.#kept.delete(key)
    this.#bytes -= bytes
  }

  #numberOf(scope: Scope): number {
    const number = this.#numbers.get(scope) ?? ++this.#lastNumber
    this.#numbers.set(scope, number)
    return number
  }
}

const basisOf = (sources: readonly Source[], nameLimit: number | undefined): Basis => [
  nameLimit,
  ...sources.flatMap(({ member: { server, capabilities } }) => [server.id, server.config.name, capabilities?.value]),
]

const isSame = (a: Basis, b: Basis): boolean => a.length === b.length && a.every((item, at) => item === b[at])

/** A cursor is the place where its page begins. */
function pagesOf(kind: ListKind, items: readonly string[]): readonly Buffer[] {
  const count = Math.max(1, Math.ceil(items.length / PAGE))
  return Array.from({ length: count }, (_, page) => {
    const end = (page + 1) * PAGE
    const listed = items.slice(page * PAGE, end).join()
    return Buffer.from(
      `"${kind === 'templates' ? 'resourceTemplates' : kind}":[${listed}]${end < items.length ? `,"nextCursor":"${end}"` : ''}`,
    )
  })
}

const numberOf = (cursor: string): number => (/^[1-9]\d{0,8}$/.test(cursor) ? Number(cursor) / PAGE : -1)
