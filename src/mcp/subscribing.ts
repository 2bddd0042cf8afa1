import type { JsonObject } from '../core/capabilities.ts'
import type { Reply } from './channel.ts'
import { INVALID_PARAMS, METHOD_NOT_FOUND } from './json-rpc.ts'

export const SUBSCRIBE = 'resources/subscribe'
export const UNSUBSCRIBE = 'resources/unsubscribe'

export const NO_SUBSCRIPTIONS: Reply = {
  error: { code: METHOD_NOT_FOUND, message: 'The server does not tell when a resource changes' },
}
export const NOT_HEARD: Reply = {
  error: { code: INVALID_PARAMS, message: 'The server does not tell when this resource changes' },
}
export const NO_PLACE: Reply = {
  error: {
    code: -32_000,
    message:
      'Omni2 keeps as many streams to servers as it may, and has none on which this one could tell: try again later',
  },
}

/** What a modern server is not going to tell of, though it was asked to. */
export function unheard(uris: readonly string[], { resourceSubscriptions }: JsonObject): readonly string[] {
  const heard = new Set(Array.isArray(resourceSubscriptions) ? resourceSubscriptions : [])
  return uris.filter((uri) => !heard.has(uri))
}
