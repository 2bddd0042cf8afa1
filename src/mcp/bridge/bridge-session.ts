import type { Dispatcher } from 'undici'
import type { JsonObject } from '../../core/capabilities.ts'
import { isObject } from '../json-rpc.ts'
import { LastingRequests } from '../lasting-requests.ts'
import type { BridgeMessage } from './bridge-message.ts'
import { parsed } from './bridge-message.ts'
import { type GatewayLink, messagesOf } from './gateway-link.ts'

type Session = { readonly id: string | undefined; readonly version: string; readonly capabilities: JsonObject }

type Deps = { readonly link: GatewayLink; readonly signal: AbortSignal }

/** The session of a legacy client with the gateway. One that the gateway lost is opened again as the client opened it. */
export class BridgeSession {
  readonly #deps: Deps
  readonly #lasting = new LastingRequests()
  #opening: BridgeMessage | undefined
  #session: Session | undefined
  #renewing: Promise<void> | undefined
  #requests = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  get id(): string | undefined {
    return this.#session?.id
  }

  /** Of every message in it. */
  get headers(): Readonly<Record<string, string>> {
    if (this.#session === undefined) return {}
    const { id, version } = this.#session
    return { 'mcp-protocol-version': version, ...(id === undefined ? {} : { 'mcp-session-id': id }) }
  }

  /** The client's `initialize` was answered with this. */
  opened(opening: BridgeMessage, answer: Dispatcher.ResponseData, text: string): void {
    const session = sessionOf(answer, text)
    if (session === undefined) return
    this.#opening = opening
    this.#session = session
  }

  /** A request of the client's in it was answered with this. */
  answered({ method, params }: BridgeMessage, text: string): void {
    if (method === undefined || !LastingRequests.isOne(method)) return
    const message = parsed(text)
    this.#lasting.asked(method, params)
    if (isObject(message) && message.result !== undefined) this.#lasting.done(method, params)
  }

  /** Opens a new one in place of the one that is `lost`, unless somebody did. Answers the list_changed to tell the client. */
  async renew(lost: string): Promise<readonly string[]> {
    if (this.#session?.id !== lost) return []
    const isFirst = this.#renewing === undefined
    this.#renewing ??= this.#reopen().finally(() => {
      this.#renewing = undefined
    })
    await this.#renewing
    return isFirst ? this.#listChanges() : []
  }

  /** Tells the gateway that the client is gone. */
  async end(signal: AbortSignal): Promise<void> {
    if (this.id === undefined) return
    const answer = await this.#deps.link.send({ method: 'DELETE', headers: this.headers, signal })
    await answer.body.dump()
  }

  async #reopen(): Promise<void> {
    const { link, signal } = this.#deps
    const opening = parsed(this.#opening?.text ?? '')
    if (!isObject(opening)) throw new Error('The session ended, and there is nothing to open it with')
    const body = JSON.stringify({ ...opening, id: this.#nextId() })
    const answer = await link.send({ method: 'POST', headers: {}, body, signal })
    let session: Session | undefined
    for await (const text of messagesOf(answer)) session ??= sessionOf(answer, text)
    if (session === undefined) throw new Error(`The session ended, and another was refused (HTTP ${answer.statusCode})`)
    this.#session = session
    const told = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    const { body: empty } = await link.send({ method: 'POST', headers: this.headers, body: told, signal })
    await empty.dump()
    for (const { method, params } of this.#lasting.all()) {
      const again = JSON.stringify({ jsonrpc: '2.0', id: this.#nextId(), method, params })
      const done = await link.send({ method: 'POST', headers: this.headers, body: again, signal })
      await done.body.dump()
    }
  }

  #nextId(): string {
    this.#requests += 1
    return `omni2-connect-${this.#requests}`
  }

  /** What changed while there was no session was told to nobody. */
  #listChanges(): readonly string[] {
    return ['tools', 'prompts', 'resources'].flatMap((kind) => {
      const offered = this.#session?.capabilities[kind]
      if (!isObject(offered) || offered.listChanged !== true) return []
      return [JSON.stringify({ jsonrpc: '2.0', method: `notifications/${kind}/list_changed` })]
    })
  }
}

function sessionOf({ headers }: Dispatcher.ResponseData, text: string): Session | undefined {
  const message = parsed(text)
  const result = isObject(message) ? message.result : undefined
  if (!isObject(result) || typeof result.protocolVersion !== 'string') return undefined
  const id = headers['mcp-session-id']
  return {
    id: typeof id === 'string' ? id : undefined,
    version: result.protocolVersion,
    capabilities: isObject(result.capabilities) ? result.capabilities : {},
  }
}
