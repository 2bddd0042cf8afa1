import type { JsonObject } from '../../core/capabilities.ts'
import { TOLD_KINDS, type ToldKind } from '../../core/gateway/catalog.ts'
import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import type { RpcId } from '../channel.ts'
import type { Answer } from './answer.ts'

type Listening = {
  readonly answer: Answer
  readonly id: RpcId
  readonly caller: Caller
  readonly endpoint: Endpoint
}
type Listener = Listening & { readonly kinds: ReadonlySet<ToldKind> }

/** What a client asks for, by the list it means. */
const FILTERS = { tools: 'toolsListChanged', prompts: 'promptsListChanged', resources: 'resourcesListChanged' } as const

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'
/** One client has one or two. */
const MOST_LISTENERS = 10_000

export const changedMethod = (kind: ToldKind): string => `notifications/${kind}/list_changed`

/** Modern clients that wait for changes (`subscriptions/listen`), each on a stream that lasts until one of us leaves. */
export class Listeners {
  readonly #listeners = new Set<Listener>()

  /** False when there are too many. */
  add(listening: Listening, filter: JsonObject): boolean {
    if (this.#listeners.size >= MOST_LISTENERS) return false
    const kinds = new Set(TOLD_KINDS.filter((kind) => filter[FILTERS[kind]] === true))
    const listener = { ...listening, kinds }
    this.#listeners.add(listener)
    listening.answer.onceGone(() => this.#listeners.delete(listener))
    const notifications = Object.fromEntries([...kinds].map((kind) => [FILTERS[kind], true]))
    this.#tell(listener, 'notifications/subscriptions/acknowledged', { notifications })
    return true
  }

  changed(kind: ToldKind, concerns: (endpoint: Endpoint) => boolean): void {
    for (const listener of this.#listeners) {
      if (listener.kinds.has(kind) && concerns(listener.endpoint)) this.#tell(listener, changedMethod(kind), {})
    }
  }

  /** Says goodbye to those that are chosen. */
  end(isChosen: (caller: Caller) => boolean): void {
    for (const listener of this.#listeners) {
      const { answer, id, caller } = listener
      if (!isChosen(caller)) continue
      answer.reply({ jsonrpc: '2.0', id, result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: id } } })
      this.#listeners.delete(listener)
    }
  }

  #tell({ answer, id }: Listener, method: string, params: JsonObject): void {
    answer.tell({ jsonrpc: '2.0', method, params: { ...params, _meta: { [SUBSCRIPTION]: id } } })
  }
}
