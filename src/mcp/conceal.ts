import type { Capability, Dropped, Json, JsonObject } from '../core/capabilities.ts'
import { canonicalJson, sha256 } from './canonical.ts'
import type { ExchangeListener, Reply } from './channel.ts'
import { isList, isObject } from './json-rpc.ts'
import type { Listed } from './listing.ts'

export type Conceal = (text: string) => string

/** A list without the server's own credentials, which it may repeat anywhere. What has one in its name cannot be named, and is left out. */
export function concealList(kind: Dropped['kind'], { items, dropped }: Listed, conceal: Conceal): Listed {
  const hidden = items.filter(({ name }) => conceal(name) !== name)
  return {
    items: items.filter((item) => !hidden.includes(item)).map((item) => concealItem(item, conceal)),
    dropped: [
      ...dropped.map(({ name, reason, ...rest }) => ({ ...rest, name: conceal(name), reason: conceal(reason) })),
      ...hidden.map(({ name }) => ({
        kind,
        name: conceal(name),
        reason: 'has a credential of this server in its name',
      })),
    ],
  }
}

/** With the hash of what is left: two servers' items with equal hashes may take each other's place. */
function concealItem({ name, definition }: Capability, conceal: Conceal): Capability {
  const shown = concealObject(definition, conceal)
  return { name, hash: sha256(canonicalJson(shown)), definition: shown }
}

/** An answer without the server's own credentials. */
export function concealReply(reply: Reply, conceal: Conceal): Reply {
  if ('result' in reply) return { result: concealObject(reply.result, conceal) }
  const { code, message, data } = reply.error
  return { error: { code, message: conceal(message), ...(data !== undefined && { data: concealed(data, conceal) }) } }
}

/** Hears what a server says in the course of a request without its own credentials. */
export const concealing = (hears: ExchangeListener, conceal: Conceal): ExchangeListener => ({
  progressToken: hears.progressToken,
  notified: (method, params) => hears.notified(method, concealObject(params, conceal)),
  keepPace: (source) => hears.keepPace?.(source),
  asked: (id, method, params) => hears.asked(id, method, concealObject(params, conceal)),
})

export const concealObject = (object: JsonObject, conceal: Conceal): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [conceal(key), concealed(value, conceal)]))

function concealed(value: Json, conceal: Conceal): Json {
  if (typeof value === 'string') return conceal(value)
  if (isList(value)) return value.map((member) => concealed(member, conceal))
  return isObject(value) ? concealObject(value, conceal) : value
}
