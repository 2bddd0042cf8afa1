import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { RpcId } from '../channel.ts'
import { isId, isObject } from '../json-rpc.ts'
import { LineReader } from '../stdio/line-reader.ts'
import { type BridgeMessage, modernHeaders, parsed, readLine } from './bridge-message.ts'
import { BridgeSession } from './bridge-session.ts'
import { GatewayLink, messagesOf, reasonOf } from './gateway-link.ts'

type Deps = {
  /** Of the gateway's endpoint. */
  readonly url: string
  readonly token: string | undefined
  readonly input: Readable
  /** Writes one message to the client; resolves when there is room for more. */
  readonly send: (line: string) => Promise<void>
  /** Tells the person who looks. */
  readonly tell: (line: string) => void
  readonly signal: AbortSignal
}

/** Requests of one message that have no answer yet. */
type Waiting = { readonly stop: AbortController; readonly left: Set<RpcId>; readonly isModern: boolean }

const MAX_LINE_BYTES = 64 * 1024 * 1024
/** What is under way when the client leaves is waited for so long, and the goodbye. */
const LEAVING_MS = 1_500
const GOODBYE_MS = 500
/** Between two tries to hear what the gateway says by itself. */
const LISTEN_AGAIN_MS = 1_000
/** JSON-RPC leaves these to implementations. */
const NO_ANSWER = -32_000
const SESSION_NOT_FOUND = -32_001
const PARSE_ERROR = -32_700

/** Between a client that starts processes and the gateway: lines of JSON-RPC on one side, streamable HTTP on the other. */
export class Bridge {
  readonly #deps: Deps
  readonly #link: GatewayLink
  readonly #session: BridgeSession
  readonly #waiting = new Map<RpcId, Waiting>()
  readonly #running = new Set<Promise<void>>()
  readonly #end = new AbortController()
  #hearing: Promise<void> | undefined

  constructor(deps: Deps) {
    const { url, token, tell, signal } = deps
    this.#deps = deps
    this.#link = new GatewayLink({
      ...{ url, token },
      onAbsent: (why) => tell(`No Omni2 at ${originOf(url)} (${why}). Start it with: omni2 serve`),
      onBack: () => tell(`Omni2 at ${originOf(url)} is there.`),
    })
    this.#session = new BridgeSession({ link: this.#link, signal: this.#end.signal })
    signal.addEventListener('abort', () => this.#end.abort(), { once: true })
  }

  /** Resolves once the client has left and was said goodbye for. */
  async run(): Promise<void> {
    const { input, signal } = this.#deps
    const leave = () => input.destroy()
    signal.addEventListener('abort', leave, { once: true })
    try {
      await this.#read()
      if (!signal.aborted) await Promise.race([Promise.all(this.#running), sleep(LEAVING_MS, undefined, { signal })])
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      signal.removeEventListener('abort', leave)
      this.#end.abort()
      await Promise.allSettled([...this.#running, this.#hearing, this.#session.end(AbortSignal.timeout(GOODBYE_MS))])
      await this.#link.close()
    }
  }

  async #read(): Promise<void> {
    const lines = new LineReader()
    for await (const chunk of this.#deps.input) {
      const read = lines.push(
        chunk,
        () => MAX_LINE_BYTES,
        () => new Error('A line of the client is too long'),
      )
      for (const line of read) if (line.trim() !== '') await this.#take(line)
    }
  }

  /** Requests go on side by side; anything else has arrived before the next line is read, so that order stays. */
  async #take(line: string): Promise<void> {
    const message = readLine(line)
    if (message === undefined) return this.#deps.send(failure(null, PARSE_ERROR, 'Not JSON'))
    if (message.method === 'notifications/cancelled' && this.#cancel(message)) return
    const passed = this.#pass(message)
    this.#running.add(passed)
    void passed.finally(() => this.#running.delete(passed))
    if (message.ids.length === 0) await passed
    if (message.method === 'notifications/initialized') this.#listen()
  }

  /** True when that was all: in the modern era an answer is cancelled by not listening to it any more. */
  #cancel({ params: { requestId } }: BridgeMessage): boolean {
    const waiting = isId(requestId) ? this.#waiting.get(requestId) : undefined
    if (waiting === undefined || !isId(requestId)) return false
    waiting.left.delete(requestId)
    if (waiting.isModern) waiting.stop.abort()
    return waiting.isModern
  }

  /** Passes a message on and its answers back. A request that gets none is answered with why. */
  async #pass(message: BridgeMessage): Promise<void> {
    const stop = new AbortController()
    const left = new Set(message.ids)
    for (const id of left) this.#waiting.set(id, { stop, left, isModern: message.modernVersion !== undefined })
    const signal = AbortSignal.any([stop.signal, this.#end.signal])
    try {
      await this.#answerOf(message, left, signal)
    } catch (error) {
      if (!signal.aborted) await this.#giveUp(left, this.#whyNot(error))
    } finally {
      for (const id of message.ids) this.#waiting.delete(id)
    }
  }

  async #answerOf(message: BridgeMessage, left: Set<RpcId>, signal: AbortSignal): Promise<void> {
    const lost = message.modernVersion === undefined ? this.#session.id : undefined
    const answer = await this.#post(message, signal)
    if (answer.statusCode !== 404 || lost === undefined) return this.#hand(message, answer, left)
    const text = await answer.body.text()
    if (!saysSessionLost(text)) return this.#refuse(answer.statusCode, text, left)
    for (const told of await this.#session.renew(lost)) await this.#deps.send(told)
    await this.#hand(message, await this.#post(message, signal), left)
  }

  #post(message: BridgeMessage, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { text, method, params, modernVersion } = message
    const isFirst = method === 'initialize'
    const headers =
      modernVersion !== undefined && method !== undefined
        ? modernHeaders(modernVersion, method, params)
        : isFirst
          ? {}
          : this.#session.headers
    return this.#link.send({ method: 'POST', headers, body: text, signal })
  }

  async #hand(message: BridgeMessage, answer: Dispatcher.ResponseData, left: Set<RpcId>): Promise<void> {
    if (answer.statusCode >= 300) return this.#refuse(answer.statusCode, await answer.body.text(), left)
    for await (const text of messagesOf(answer)) {
      if (message.method === 'initialize') this.#session.opened(message, answer, text)
      else this.#session.answered(message, text)
      for (const id of answeredIn(text)) left.delete(id)
      await this.#deps.send(text)
    }
    if (left.size > 0) await this.#giveUp(left, 'Omni2 ended the answer before its end')
  }

  /** What the gateway refuses as a JSON-RPC error passes as it is; anything else is told in its words. */
  async #refuse(status: number, text: string, left: Set<RpcId>): Promise<void> {
    const json = parsed(text)
    if (isObject(json) && isObject(json.error) && left.size > 0) {
      for (const id of left) await this.#deps.send(JSON.stringify({ ...json, id }))
      left.clear()
      return
    }
    const said = isObject(json) && typeof json.detail === 'string' ? json.detail : `HTTP ${status}`
    const way = status === 401 ? ' Put the token of an agent into OMNI2_TOKEN (omni2 token create --role agent).' : ''
    const why = `Omni2 at ${originOf(this.#deps.url)} refused: ${said}.${way}`
    this.#deps.tell(why)
    await this.#giveUp(left, why)
  }

  async #giveUp(left: Set<RpcId>, why: string): Promise<void> {
    const ids = [...left]
    left.clear()
    for (const id of ids) await this.#deps.send(failure(id, NO_ANSWER, why))
  }

  #whyNot(error: unknown): string {
    return `No answer from Omni2 at ${originOf(this.#deps.url)}: ${reasonOf(error)}. Check that it runs (omni2 status), then try again.`
  }

  /** Hears what the gateway says by itself, until the end; a gateway that says nothing is left alone. */
  #listen(): void {
    if (this.#session.id !== undefined) this.#hearing ??= this.#hear()
  }

  async #hear(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        const { id } = this.#session
        if (id === undefined) return
        const answer = await this.#link.send({ method: 'GET', headers: this.#session.headers, signal })
        if (answer.statusCode === 200) for await (const text of messagesOf(answer)) await this.#deps.send(text)
        else await answer.body.dump()
        if (answer.statusCode === 405) return
        if (answer.statusCode === 404) for (const told of await this.#session.renew(id)) await this.#deps.send(told)
        await sleep(LISTEN_AGAIN_MS, undefined, { signal })
      } catch {
        // Lost, or nobody there, which the next try finds out; the link has told of it.
        await sleep(LISTEN_AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }
}

const originOf = (url: string): string => new URL(url).origin

const failure = (id: RpcId | null, code: number, message: string): string =>
  JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })

/** Ids of the requests that a message, or each of a batch, answers. */
function answeredIn(text: string): readonly RpcId[] {
  const json = parsed(text)
  return [json].flat().flatMap((one) => (isObject(one) && one.method === undefined && isId(one.id) ? [one.id] : []))
}

/** A method that is unknown is a 404 too. */
function saysSessionLost(text: string): boolean {
  const json = parsed(text)
  if (!isObject(json) || !isObject(json.error)) return false
  return json.error.code === SESSION_NOT_FOUND || json.id === null
}
