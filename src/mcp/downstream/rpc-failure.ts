import type { Json, JsonObject } from '../../core/capabilities.ts'
import { INVALID_PARAMS, METHOD_NOT_FOUND } from '../json-rpc.ts'

/** A request that cannot be served as it is, as JSON-RPC and HTTP say it. */
export class RpcFailure extends Error {
  override name = 'RpcFailure'
  readonly status: number
  readonly code: number
  readonly data: JsonObject | undefined
  /** Names and values by turns. */
  readonly headers: readonly string[]

  constructor(status: number, code: number, message: string, data?: JsonObject, headers: readonly string[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.data = data
    this.headers = headers
  }
}

export const INTERNAL_ERROR = -32_603
/** A server of the fleet does not answer; of the range that JSON-RPC leaves to implementations. */
export const SERVER_UNAVAILABLE = -32_010

export const notFound = (method: string): RpcFailure =>
  new RpcFailure(404, METHOD_NOT_FOUND, `Method not found: ${method.slice(0, 100)}`)

/** HTTP's own words for it too: whoever stands between knows them. */
export function tooMany(what: string, waitMs: number): RpcFailure {
  const seconds = Math.ceil(waitMs / 1_000)
  return new RpcFailure(
    429,
    -32_000,
    `${what}. Try again in ${seconds} s.`,
    { code: 'rate_limited', retry_after_seconds: seconds },
    ['retry-after', `${seconds}`],
  )
}

export const invalidParams = (message: string): RpcFailure => new RpcFailure(200, INVALID_PARAMS, message)

export const errorMessage = (id: Json, { code, message, data }: RpcFailure): JsonObject => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(data !== undefined && { data }) },
})
