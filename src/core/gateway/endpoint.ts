import type { CallPace } from './call-pace.ts'
import type { Scope, TokenLimit } from './scope.ts'

/** Where clients come to. */
export type Endpoint = {
  /** As in the URL, such as `/servers/github/mcp`. */
  readonly path: string
  /** The one server behind it, whose names stay as they are; undefined where servers are put together. */
  readonly server: string | undefined
  /** The collection behind it. */
  readonly collection: string | undefined
}

/** Who a client comes as. */
export type Caller = {
  readonly tokenId: number
  readonly limit: TokenLimit | undefined
  /** Of all that comes with this token. */
  readonly pace: CallPace
}

/** What this caller finds at this endpoint. */
export type Offer = { readonly endpoint: Endpoint; readonly scope: Scope }
