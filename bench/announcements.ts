import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { LiveMessage } from '../src/api/live.ts'
import type { Omni2 } from '../test/support/omni2.ts'

/** `at`: when it was heard, as `performance.now()` says it. */
type Heard = { readonly at: number } & ({ readonly status: string } | { readonly outcome: string })

const LOOK_MS = 25

/** What `/ws` tells of each server: changes of its status, and its checks. */
export class Announcements implements Disposable {
  readonly #socket: WebSocket
  readonly #heard = new Map<string, Heard[]>()
  readonly #ready = Promise.withResolvers<void>()

  constructor({ url, adminToken }: Pick<Omni2, 'url' | 'adminToken'>) {
    const headers = { authorization: `Bearer ${adminToken}` }
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers })
    const event_types = ['mcp_status_change', 'mcp_health_check']
    this.#socket.once('open', () => this.#socket.send(JSON.stringify({ action: 'subscribe', event_types })))
    this.#socket.on('message', (data) => this.#hear(LiveMessage.parse(JSON.parse(String(data)))))
    this.#socket.once('error', this.#ready.reject)
  }

  /** From then on nothing is missed. */
  get ready(): Promise<void> {
    return this.#ready.promise
  }

  /** Names of all servers of which a check was heard. */
  get checked(): readonly string[] {
    return [...this.#heard.keys()]
  }

  /** Checks that Omni2 itself was held up in, and that say nothing. */
  get inconclusive(): number {
    const all = [...this.#heard.values()].flat()
    return all.filter((heard) => 'outcome' in heard && heard.outcome === 'inconclusive').length
  }

  /** The moment one of these was the status of a server, after `since`. @throws when it is not within `ms`. */
  status(name: string, since: number, statuses: readonly string[], ms: number): Promise<number> {
    return this.#first(name, since, ms, (heard) => 'status' in heard && statuses.includes(heard.status))
  }

  /** The moment a check found a server healthy, after `since`. @throws as `status`. */
  pass(name: string, since: number, ms: number): Promise<number> {
    return this.#first(name, since, ms, (heard) => 'outcome' in heard && heard.outcome === 'ok')
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }

  async #first(name: string, since: number, ms: number, fits: (heard: Heard) => boolean): Promise<number> {
    const deadline = AbortSignal.timeout(ms)
    for (;;) {
      const found = this.#heard.get(name)?.find((heard) => heard.at > since && fits(heard))
      if (found) return found.at
      if (deadline.aborted) throw new Error(`What was awaited of ${name} was not announced within ${ms} ms`)
      await setTimeout(LOOK_MS)
    }
  }

  #hear(message: LiveMessage): void {
    const at = performance.now()
    if ('type' in message && message.type === 'subscribed') this.#ready.resolve()
    if (!('event_type' in message)) return
    if (message.event_type === 'mcp_status_change') {
      this.#of(message.event_data.mcp_name).push({ at, status: message.event_data.new_status })
    } else if (message.event_type === 'mcp_health_check') {
      this.#of(message.event_data.mcp_name).push({ at, outcome: message.event_data.outcome })
    }
  }

  #of(name: string): Heard[] {
    const heard = this.#heard.get(name) ?? []
    this.#heard.set(name, heard)
    return heard
  }
}
