import type { JsonObject } from '../../core/capabilities.ts'
import type { Clock } from '../../core/clock.ts'
import { type Refusal, refusalData, refusalText } from '../../core/gateway/refusal.ts'
import type { RpcId } from '../channel.ts'
import { errorMessage, RpcFailure, SERVER_UNAVAILABLE } from './rpc-failure.ts'
import { complete } from './shown-result.ts'

/** In words that a model can act on: as the result of a tool, since errors of the protocol often never reach it. */
export function refusedMessage(
  id: RpcId,
  method: string,
  refusal: Refusal,
  { clock, isModern }: { readonly clock: Clock; readonly isModern: boolean },
): JsonObject {
  const text = refusalText(refusal, clock)
  const data = refusalData(refusal)
  if (method !== 'tools/call') return errorMessage(id, new RpcFailure(200, SERVER_UNAVAILABLE, text, data))
  const result = { content: [{ type: 'text', text }], isError: true, _meta: data }
  return { jsonrpc: '2.0', id, result: isModern ? complete(result) : result }
}
