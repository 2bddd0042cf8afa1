import type { Json, JsonObject } from '../../core/capabilities.ts'
import { type ListKind, offered } from '../../core/gateway/catalog.ts'
import type { Endpoint } from '../../core/gateway/endpoint.ts'
import { originalName, splitName } from '../../core/gateway/public-name.ts'
import { splitUri } from '../../core/gateway/public-uri.ts'
import type { Fleet, Member } from '../../core/watch/fleet.ts'
import { invalidParams } from './rpc-failure.ts'

/** Where a request goes, with the server's own names in it. */
export type Route = { readonly member: Member; readonly params: JsonObject }

/** Knows which server is meant, and what all of them offer together. */
export class Router {
  readonly #fleet: Fleet

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  /** Everything of a kind that is offered at the endpoint; what is disabled is not. */
  list({ server }: Endpoint, kind: ListKind): readonly JsonObject[] {
    if (server !== undefined) {
      const member = this.#fleet.byName(server)
      return member === undefined ? [] : offered(member, kind, false)
    }
    const active = [...this.#fleet.all()].filter(({ state }) => state.admin.kind === 'active')
    return active.flatMap((member) => offered(member, kind, true))
  }

  /** undefined when nobody behind the endpoint can know the method. @throws RpcFailure for a name that nothing has. */
  route({ server }: Endpoint, method: string, params: JsonObject): Route | undefined {
    if (server !== undefined) {
      const member = this.#fleet.byName(server)
      if (member === undefined) throw invalidParams(`The server "${server}" is gone`)
      return { member, params }
    }
    if (method === 'tools/call') return this.#named(params, 'tools')
    if (method === 'prompts/get') return this.#named(params, 'prompts')
    return method === 'resources/read' ? this.#located(params) : undefined
  }

  #named(params: JsonObject, kind: 'tools' | 'prompts'): Route {
    const { name } = params
    const split = typeof name === 'string' ? splitName(name) : undefined
    const member = split && this.#fleet.byName(split.server)
    if (split === undefined || member === undefined) throw unknown(kind === 'tools' ? 'tool' : 'prompt', name)
    const names = member.capabilities?.value[kind] ?? []
    const known = names.some((item) => item.name === split.name)
    const original = known
      ? split.name
      : originalName(
          split.server,
          split.name,
          names.map((item) => item.name),
        )
    return { member, params: { ...params, name: original } }
  }

  #located(params: JsonObject): Route {
    const split = typeof params.uri === 'string' ? splitUri(params.uri) : undefined
    const member = split && this.#fleet.byName(split.server)
    if (split === undefined || member === undefined) throw unknown('resource', params.uri)
    return { member, params: { ...params, uri: split.uri } }
  }
}

const unknown = (what: string, name: Json | undefined) =>
  invalidParams(`Unknown ${what}: ${typeof name === 'string' ? name.slice(0, 200) : 'it has no name'}`)
