import type { JsonObject } from '../../core/capabilities.ts'
import { TOLD_KINDS, type ToldKind } from '../../core/gateway/catalog.ts'
import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import { publicUri } from '../../core/gateway/public-uri.ts'
import type { RpcId } from '../channel.ts'
import type { Answer } from './answer.ts'
import { type Hearer, SUBSCRIPTION, type Subscriptions, type Watched } from './subscriptions.ts'

type Listening = {
  readonly answer: Answer
  readonly id: RpcId
  readonly caller: Caller
  readonly endpoint: Endpoint
}

type Asked = Listening & {
  readonly filter: JsonObject
  /** The resources among it that there are. */
  readonly watched: readonly Watched[]
}

/** What a client asks for, by the list it means. */
const FILTERS = { tools: 'toolsListChanged', prompts: 'promptsListChanged', resources: 'resourcesListChanged' } as const

/** One client has one or two. */
const MOST_LISTENERS = 10_000

export const changedMethod = (kind: ToldKind): string => `notifications/${kind}/list_changed`

/** Modern clients that wait for changes (`subscriptions/listen`), each on a stream that lasts until one of us leaves. */
export class Listeners {
  readonly #subscriptions: Subscriptions
  readonly #listeners = new Set<Listener>()

  constructor(subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions
  }

  /** False when there are too many. */
  add(asked: Asked): boolean {
    if (this.#listeners.size >= MOST_LISTENERS) return false
    const { answer, id, caller, endpoint, filter, watched } = asked
    const kinds = new Set(TOLD_KINDS.filter((kind) => filter[FILTERS[kind]] === true))
    const listener: Listener = new Listener({ answer, id, caller, endpoint }, kinds, () => this.#end(listener))
    this.#listeners.add(listener)
    answer.onceGone(() => {
      this.#listeners.delete(listener)
      this.#subscriptions.leave(listener)
    })
    if (watched.length === 0) listener.acknowledge([])
    else void this.#subscriptions.open(watched, listener).then((opened) => this.#opened(listener, opened))
    return true
  }

  changed(kind: ToldKind, isConcerned: (listener: Listener) => boolean): void {
    for (const listener of this.#listeners) {
      if (listener.kinds.has(kind) && isConcerned(listener)) listener.tell(changedMethod(kind), {})
    }
  }

  /** Says goodbye to those that are chosen. */
  end(isChosen: (caller: Caller) => boolean): void {
    for (const listener of this.#listeners) if (isChosen(listener.caller)) this.#end(listener)
  }

  #end(listener: Listener): void {
    listener.end()
    this.#listeners.delete(listener)
    this.#subscriptions.leave(listener)
  }

  #opened(listener: Listener, opened: readonly Watched[]): void {
    if (this.#listeners.has(listener)) listener.acknowledge(opened)
    else this.#subscriptions.leave(listener)
  }
}

export class Listener implements Hearer {
  readonly kinds: ReadonlySet<ToldKind>
  readonly #listening: Listening
  /** What was acknowledged is true no more: the stream ends, and the next one's acknowledgement says what is. */
  readonly lose: () => void
  #isAcknowledged = false

  constructor(listening: Listening, kinds: ReadonlySet<ToldKind>, lose: () => void) {
    this.#listening = listening
    this.kinds = kinds
    this.lose = lose
  }

  get endpoint(): Endpoint {
    return this.#listening.endpoint
  }

  get caller(): Caller {
    return this.#listening.caller
  }

  /** The first that a client hears: what it is going to be told of. */
  acknowledge(opened: readonly Watched[]): void {
    const lists = Object.fromEntries([...this.kinds].map((kind) => [FILTERS[kind], true]))
    const resourceSubscriptions = opened.map(({ member, uri }) => this.#shown(member.server.config.name, uri))
    const notifications = { ...lists, ...(opened.length > 0 && { resourceSubscriptions }) }
    this.#isAcknowledged = true
    this.tell('notifications/subscriptions/acknowledged', { notifications })
  }

  tell(method: string, { _meta, ...params }: JsonObject): void {
    const { answer, id } = this.#listening
    const meta = typeof _meta === 'object' && !Array.isArray(_meta) ? _meta : {}
    if (!this.#isAcknowledged) return
    answer.tell({ jsonrpc: '2.0', method, params: { ...params, _meta: { ...meta, [SUBSCRIPTION]: id } } })
  }

  hear(server: string, method: string, params: JsonObject): void {
    const { uri } = params
    this.tell(method, typeof uri === 'string' ? { ...params, uri: this.#shown(server, uri) } : params)
  }

  end(): void {
    const { answer, id } = this.#listening
    answer.reply({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: id } } })
  }

  #shown(server: string, uri: string): string {
    return this.endpoint.server === undefined ? publicUri(server, uri) : uri
  }
}
