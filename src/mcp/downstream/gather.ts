import type { Json, JsonObject } from '../../core/capabilities.ts'
import type { Reply } from '../channel.ts'
import { isObject } from '../json-rpc.ts'
import { INTERNAL_ERROR, RpcFailure } from './rpc-failure.ts'

type Gathering = {
  /** Asks the client; false when there is no way to it. */
  readonly ask: (method: string, params: JsonObject, answered: (reply: Reply) => void) => boolean
  /** Told all answers by their keys. */
  readonly done: (responses: JsonObject) => void
  /** May be called more than once. */
  readonly stop: (error: RpcFailure) => void
}

/** Asks a client all that a modern server wants to know before it answers (`inputRequests` of 2026-07-28). */
export function gather(inputRequests: Json | undefined, { ask, done, stop }: Gathering): void {
  const asked = isObject(inputRequests) ? Object.entries(inputRequests) : []
  const responses: Record<string, Json> = {}
  let left = asked.length
  if (left === 0) done(responses)
  for (const [key, input] of asked) {
    const answered = (reply: Reply) => {
      if ('error' in reply) return stop(new RpcFailure(200, reply.error.code, reply.error.message))
      responses[key] = reply.result
      if (--left === 0) done(responses)
    }
    const method = isObject(input) && typeof input.method === 'string' ? input.method : ''
    const about = isObject(input) && isObject(input.params) ? input.params : {}
    if (!ask(method, about, answered)) {
      stop(NO_WAY_TO_ASK)
      return
    }
  }
}

const NO_WAY_TO_ASK = new RpcFailure(
  200,
  INTERNAL_ERROR,
  'The server asked something, and the client cannot be reached',
)

/** A server that goes on asking gets this many answers. */
export const MOST_ROUNDS = 10
export const TOO_MANY_ROUNDS = new RpcFailure(200, INTERNAL_ERROR, 'The server went on asking')
