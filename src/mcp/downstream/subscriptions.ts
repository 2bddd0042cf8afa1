import type { JsonObject } from '../../core/capabilities.ts'
import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import { isAdmitted } from '../../core/gateway/refusal.ts'
import type { Scopes } from '../../core/gateway/scopes.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Fleet, Member } from '../../core/watch/fleet.ts'
import { NOBODY_HEARS } from '../channel.ts'
import { INVALID_PARAMS, isObject } from '../json-rpc.ts'
import type { RelayedReply } from '../relay-request.ts'
import { NOT_HEARD } from '../subscribing.ts'
import { unlessAborted } from '../unless-aborted.ts'
import type { McpUpstreams } from '../upstreams.ts'

/** Who wants to hear that a resource changed, on the connection that all share. */
export type Hearer = {
  readonly endpoint: Endpoint
  readonly caller: Caller
  hear(server: string, method: string, params: JsonObject): void
  /** The server agreed to tell of the resource, and does so no more. */
  lose(server: string, uri: string): void
}

/** A resource by the server's own URI. */
export type Watched = { readonly member: Member; readonly uri: string }

/** A resource that somebody subscribed to. */
type Watch = {
  readonly id: ServerId
  readonly uri: string
  readonly hearers: Set<Hearer>
  /** What the server was asked about it last: to tell, or to tell no more. One thing after another. */
  last: Promise<RelayedReply>
}

type Deps = {
  readonly upstreams: Pick<McpUpstreams, 'relay' | 'watched'>
  readonly fleet: Pick<Fleet, 'find'>
  readonly scopes: Pick<Scopes, 'partOf'>
}

/**
 * Who subscribed to which resources of servers on connections that all share: a server is asked once for all of them,
 * who comes while it is asked gets the same answer, and it is told when nobody is left.
 */
export class Subscriptions {
  readonly #deps: Deps
  readonly #watches = new Map<ServerId, Map<string, Watch>>()
  readonly #ofHearers = new Map<Hearer, Set<Watch>>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  countOf(hearer: Hearer): number {
    return this.#ofHearers.get(hearer)?.size ?? 0
  }

  /** What the server says to being asked to tell. @throws UpstreamFault, and the reason of `signal`. */
  async subscribe(watched: Watched, hearer: Hearer, signal: AbortSignal): Promise<RelayedReply> {
    const watch = this.#wanted(watched)
    if (watch === undefined) return TOO_MANY
    watch.hearers.add(hearer)
    this.#ofHearers.set(hearer, (this.#ofHearers.get(hearer) ?? new Set()).add(watch))
    let isHeard = false
    try {
      const relayed = await unlessAborted(watch.last, signal)
      isHeard = 'result' in relayed.reply
      return relayed
    } finally {
      if (!isHeard) this.#part(watch, hearer)
    }
  }

  /** Asks the servers to tell; answers what will be heard of. */
  async open(watched: readonly Watched[], hearer: Hearer): Promise<readonly Watched[]> {
    const signal = AbortSignal.timeout(ASK_MS)
    const opened = watched.map(async (one) => {
      if (!isAdmitted(one.member)) return false
      const asked = this.subscribe(one, hearer, signal)
      return asked.then(({ reply }) => 'result' in reply).catch(() => false)
    })
    const done = await Promise.all(opened)
    return watched.filter((_, at) => done[at])
  }

  holds(id: ServerId, uri: string, hearer: Hearer): boolean {
    return this.#watches.get(id)?.get(uri)?.hearers.has(hearer) === true
  }

  /** False when it did not subscribe here. */
  unsubscribe(id: ServerId, uri: string, hearer: Hearer): boolean {
    const watch = this.#watches.get(id)?.get(uri)
    if (watch === undefined || !this.holds(id, uri, hearer)) return false
    this.#part(watch, hearer)
    return true
  }

  /** It hears of nothing any more. */
  leave(hearer: Hearer): void {
    for (const watch of [...(this.#ofHearers.get(hearer) ?? [])]) this.#part(watch, hearer)
  }

  /** The server is gone. */
  forget(id: ServerId): void {
    for (const watch of [...(this.#watches.get(id)?.values() ?? [])]) {
      for (const hearer of [...watch.hearers]) this.#part(watch, hearer)
    }
  }

  /** What a server says of a resource on the connection that all share is for those who asked for it, and still may. */
  heard(id: ServerId, method: string, params: JsonObject): void {
    const { uri, _meta } = params
    const name = this.#deps.fleet.find(id)?.server.config.name
    if (method !== RESOURCE_UPDATED || typeof uri !== 'string' || name === undefined) return
    const { [SUBSCRIPTION]: _, ...meta } = isObject(_meta) ? _meta : {}
    const hearers = new Set<Hearer>()
    for (const watch of this.#watches.get(id)?.values() ?? []) {
      if (isWithin(watch.uri, uri)) for (const hearer of watch.hearers) hearers.add(hearer)
    }
    for (const hearer of hearers) {
      const part = this.#deps.scopes.partOf(id, hearer.endpoint, hearer.caller)
      if (part?.resources) hearer.hear(name, method, { ...params, _meta: meta })
    }
  }

  /** The watch that others opened or a new one; undefined when the server has too many. */
  #wanted({ member, uri }: Watched): Watch | undefined {
    const { id } = member.server
    const watches = this.#watches.get(id) ?? new Map<string, Watch>()
    const known = watches.get(uri)
    if (known !== undefined && known.hearers.size > 0) return known
    if (known === undefined && watches.size >= MOST_OF_SERVER) return undefined
    const watch = known ?? { id, uri, hearers: new Set(), last: Promise.resolve(NOT_YET) }
    this.#watches.set(id, watches.set(uri, watch))
    const { watched } = this.#deps.upstreams
    const lost = () => this.#lost(watch)
    watched.set(id, (watched.get(id) ?? new Map()).set(uri, lost))
    const before = watch.last
    watch.last = before.catch(() => {}).then(() => this.#ask(member, 'resources/subscribe', uri))
    watch.last.catch(() => {}) // told to those who wait for it
    return watch
  }

  /** In a later session the server refused it; who asked for it just now has its answer. */
  #lost(watch: Watch): void {
    const { id, uri, last } = watch
    const tell = ({ reply }: RelayedReply) => {
      const name = this.#deps.fleet.find(id)?.server.config.name
      if ('error' in reply || watch.last !== last || name === undefined) return
      watch.last = Promise.resolve(REFUSED)
      for (const hearer of [...watch.hearers]) {
        this.#part(watch, hearer)
        hearer.lose(name, uri)
      }
    }
    last.then(tell, () => {})
  }

  #part(watch: Watch, hearer: Hearer): void {
    const watches = this.#ofHearers.get(hearer)
    watches?.delete(watch)
    if (watches?.size === 0) this.#ofHearers.delete(hearer)
    if (watch.hearers.delete(hearer) && watch.hearers.size === 0) this.#abandon(watch)
  }

  /** From here on no new session of the server is asked for it; the present one is told. */
  #abandon(watch: Watch): void {
    const { id, uri } = watch
    const { upstreams, fleet } = this.#deps
    const watched = upstreams.watched.get(id)
    watched?.delete(uri)
    if (watched?.size === 0) upstreams.watched.delete(id)
    const told = watch.last.then(async (relayed) => {
      const member = fleet.find(id)
      const isToTell = 'result' in relayed.reply && member !== undefined && isAdmitted(member)
      return isToTell ? this.#ask(member, 'resources/unsubscribe', uri) : relayed
    })
    watch.last = told
    const forget = () => {
      if (watch.last !== told) return
      const watches = this.#watches.get(id)
      watches?.delete(uri)
      if (watches?.size === 0) this.#watches.delete(id)
    }
    told.then(forget, forget)
  }

  #ask({ server }: Member, method: string, uri: string): Promise<RelayedReply> {
    const request = { method, params: { uri }, client: { info: undefined, capabilities: {} } }
    const patience = AbortSignal.timeout(server.config.callTimeoutMs)
    return this.#deps.upstreams.relay(server, request, NOBODY_HEARS, patience)
  }
}

/** Of one client. */
export const MOST_WATCHED = 200

/** Of one server, by all clients together: after a lost session it is asked for each again. */
const MOST_OF_SERVER = 2_000
const TOO_MANY: RelayedReply = {
  reply: {
    error: {
      code: INVALID_PARAMS,
      message: `Clients together subscribe to at most ${MOST_OF_SERVER} of its resources`,
    },
  },
  identity: undefined,
}
const REFUSED: RelayedReply = { reply: NOT_HEARD, identity: undefined }
const NOT_YET: RelayedReply = { reply: { result: {} }, identity: undefined }

export const RESOURCE_UPDATED = 'notifications/resources/updated'

/** Whose stream it was is another on each side. */
export const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/** A server may tell of a part of what was subscribed to. */
const isWithin = (whole: string, uri: string): boolean =>
  uri.startsWith(whole) &&
  (uri.length === whole.length || whole.endsWith('/') || '/?#'.includes(uri.charAt(whole.length)))

/** How long a client that listens waits to be told what it is going to hear of. */
const ASK_MS = 5_000
