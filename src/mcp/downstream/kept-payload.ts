import type { Json, JsonObject } from '../../core/capabilities.ts'
import { type CallPayload, keptText } from '../../core/gateway/call-payload.ts'

type Said = { readonly method: string; readonly params: JsonObject; readonly result: Json | undefined }

/** What was said in a call as it is kept; of a tool its arguments alone. */
export function keptPayload({ method, params, result }: Said, hiding: Parameters<typeof keptText>[1]): CallPayload {
  const { _meta, ...given } = params
  const asked = method === 'tools/call' ? (params.arguments ?? {}) : given
  return { arguments: keptText(asked, hiding), result: result === undefined ? undefined : keptText(result, hiding) }
}
