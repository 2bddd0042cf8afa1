import type { Json, JsonObject } from '../capabilities.ts'
import { isJsonObject } from '../config/json-object.ts'
import type { Fleet, Member } from '../watch/fleet.ts'
import type { Catalog } from './catalog.ts'
import type { Part } from './collection.ts'
import type { Offer } from './endpoint.ts'
import type { Source } from './offered.ts'
import { originalName, splitName } from './public-name.ts'
import { splitUri } from './public-uri.ts'
import { isToolOn, partOf } from './scope.ts'

/** Where a request goes, with the server's own names in it. */
export type Route = { readonly member: Member; readonly params: JsonObject }

/** The name that nothing offered has, for people. */
export type Unknown = { readonly unknown: string }

type Deps = { readonly fleet: Fleet; readonly catalog: Pick<Catalog, 'isHidden' | 'nameLimit'> }

/** Knows which server is meant, and who offers something. */
export class Router {
  readonly #fleet: Fleet
  readonly #catalog: Pick<Catalog, 'isHidden' | 'nameLimit'>

  constructor({ fleet, catalog }: Deps) {
    this.#fleet = fleet
    this.#catalog = catalog
  }

  /** How long names may be where servers are put together. */
  get nameLimit(): number {
    return this.#catalog.nameLimit
  }

  /** Who offers something at an endpoint, and what part of it; what is disabled or hidden does not. */
  sources({ endpoint: { server }, scope }: Offer): readonly Source[] {
    const named = server === undefined ? undefined : this.#fleet.byName(server)
    const all = server === undefined ? [...this.#fleet.all()] : named ? [named] : []
    return all.flatMap((member) => {
      const { id } = member.server
      const isShown = server !== undefined || !this.#catalog.isHidden(id)
      const isListed = member.state.admin.kind === 'active' && isShown
      const part = isListed ? partOf(scope, id) : undefined
      return part === undefined ? [] : [{ member, part }]
    })
  }

  /** What the one server behind the endpoint wants a model to know; nothing for who may use a part of it alone. */
  instructions(offer: Offer): string | undefined {
    return this.#other(offer, {})?.member.identity?.instructions
  }

  /** undefined when nobody behind the endpoint can know the method. */
  route(offer: Offer, method: string, params: JsonObject): Route | Unknown | undefined {
    switch (method) {
      case 'tools/call':
        return this.#tool(offer, params)
      case 'prompts/get':
        return this.#prompt(offer, params)
      case 'resources/read':
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        return this.#resource(offer, params)
      case 'completion/complete':
        return this.#completed(offer, params)
      default:
        return this.#other(offer, params)
    }
  }

  #tool(offer: Offer, params: JsonObject): Route | Unknown {
    const { name } = params
    if (typeof name !== 'string') return { unknown: 'tool without a name' }
    const renamed = offer.scope.renamed.get(name)
    if (renamed !== undefined) {
      const member = this.#fleet.find(renamed.serverId)
      return member ? { member, params: { ...params, name: renamed.tool } } : { unknown: `tool ${named(name)}` }
    }
    const found = this.#named(offer, name, 'tools')
    const choice = found?.part.tools.get(found.name)
    if (found === undefined || !isToolOn(found.part, found.name) || choice?.name !== undefined) {
      return { unknown: `tool ${named(name)}` }
    }
    return { member: found.member, params: found.name === name ? params : { ...params, name: found.name } }
  }

  #prompt(offer: Offer, params: JsonObject): Route | Unknown {
    const found = typeof params.name === 'string' ? this.#named(offer, params.name, 'prompts') : undefined
    if (!found?.part.prompts) return { unknown: `prompt ${named(params.name)}` }
    return { member: found.member, params: { ...params, name: found.name } }
  }

  #resource(offer: Offer, params: JsonObject): Route | Unknown {
    const found = this.#located(offer, params.uri)
    return found
      ? { member: found.member, params: { ...params, uri: found.uri } }
      : { unknown: `resource ${named(params.uri)}` }
  }

  /** What is completed is an argument of a prompt or of a template of URIs. */
  #completed(offer: Offer, params: JsonObject): Route | Unknown {
    const ref = isJsonObject(params.ref, 1) ? params.ref : {}
    // Only what was looked at goes on: servers go by the type.
    const { name, uri, ...rest } = ref
    if (ref.type === 'ref/prompt') {
      const found = typeof name === 'string' ? this.#named(offer, name, 'prompts') : undefined
      if (!found?.part.prompts) return { unknown: `prompt ${named(name)}` }
      return { member: found.member, params: { ...params, ref: { ...rest, name: found.name } } }
    }
    const found = ref.type === 'ref/resource' ? this.#located(offer, uri) : undefined
    if (found === undefined) return { unknown: `resource ${named(uri)}` }
    return { member: found.member, params: { ...params, ref: { ...rest, uri: found.uri } } }
  }

  /** What no other server could be meant by; a part of a server is asked for nothing that its parts do not name. */
  #other({ endpoint, scope }: Offer, params: JsonObject): Route | undefined {
    const member = endpoint.server === undefined ? undefined : this.#fleet.byName(endpoint.server)
    const part = member && partOf(scope, member.server.id)
    return member && part && isWhole(part) ? { member, params } : undefined
  }

  #named({ endpoint, scope }: Offer, name: string, kind: 'tools' | 'prompts') {
    if (name.length > LONGEST) return undefined
    const split = endpoint.server === undefined ? splitName(name) : { server: endpoint.server, name }
    const member = split && this.#fleet.byName(split.server)
    const part = member && partOf(scope, member.server.id)
    if (!split || !member || !part) return undefined
    if (endpoint.server !== undefined) return { member, part, name }
    const listed = member.capabilities?.value[kind] ?? []
    const isOwn = listed.some((item) => item.name === split.name)
    const names = listed.map((item) => item.name)
    return { member, part, name: isOwn ? split.name : originalName(split.server, split.name, names, this.nameLimit) }
  }

  #located({ endpoint, scope }: Offer, uri: Json | undefined) {
    if (typeof uri !== 'string' || uri.length > LONGEST) return undefined
    const split = endpoint.server === undefined ? splitUri(uri) : { server: endpoint.server, uri }
    const member = split && this.#fleet.byName(split.server)
    const part = member && partOf(scope, member.server.id)
    return split && member && part?.resources ? { member, uri: split.uri } : undefined
  }
}

/** Of a name or URI; longer ones would be kept with each call of them. */
const LONGEST = 8_192

const isWhole = ({ tools, otherTools, prompts, resources }: Part): boolean =>
  tools.size === 0 && otherTools && prompts && resources

const named = (name: Json | undefined): string => (typeof name === 'string' ? name.slice(0, 200) : 'without a name')
