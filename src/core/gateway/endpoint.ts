/** Where clients come to. */
export type Endpoint = {
  /** As in the URL, such as `/servers/github/mcp`. */
  readonly path: string
  /** The one server behind it, whose names stay as they are; undefined where servers are put together. */
  readonly server: string | undefined
}

/** Who a client comes as. */
export type Caller = { readonly tokenId: number }
