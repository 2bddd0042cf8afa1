import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, type Dispatcher, request } from 'undici'
import { EventStreamParser } from '../http/event-stream.ts'

type Deps = {
  /** Of the endpoint. */
  readonly url: string
  readonly token: string | undefined
  /** Told once each time Omni2 is not there, and once it is back. */
  readonly onAbsent: (why: string) => void
  readonly onBack: () => void
}

type Sending = {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/** How long Omni2 is waited for: it may be starting anew, which takes up to 10 s when it lets calls finish. */
const PATIENCE_MS = 15_000
const RETRY_MS = 250

/** The way to one endpoint of a gateway. What was not sent since nobody listens is sent once somebody does. */
export class GatewayLink {
  readonly #deps: Deps
  /** Calls and streams may be silent as long as they like. */
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 3_000 } })
  #isAbsent = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Rejects with what went wrong when there was no answer. */
  async send(sending: Sending): Promise<Dispatcher.ResponseData> {
    const until = performance.now() + PATIENCE_MS
    for (;;) {
      try {
        const answer = await this.#once(sending)
        if (this.#isAbsent) this.#deps.onBack()
        this.#isAbsent = false
        return answer
      } catch (error) {
        if (sending.signal.aborted || !wasNotSent(error)) throw error
        if (!this.#isAbsent) this.#deps.onAbsent(reasonOf(error))
        this.#isAbsent = true
        if (performance.now() > until) throw error
      }
      await sleep(RETRY_MS, undefined, { signal: sending.signal })
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  #once({ method, headers, body, signal }: Sending): Promise<Dispatcher.ResponseData> {
    const { url, token } = this.#deps
    return request(url, {
      dispatcher: this.#agent,
      method,
      headers: {
        accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body ?? null,
      signal,
    })
  }
}

/** The messages of an answer as they come: the events of a stream, or its whole body. Each is one line of JSON. */
export async function* messagesOf({ headers, body }: Dispatcher.ResponseData): AsyncGenerator<string> {
  if (!`${headers['content-type']}`.startsWith('text/event-stream')) {
    const text = await body.text()
    if (text.trim() !== '') yield onOneLine(text)
    return
  }
  const events = new EventStreamParser()
  for await (const piece of body) {
    for (const { data } of events.push(piece)) if (data.trim() !== '') yield onOneLine(data)
  }
}

/** Line breaks of JSON are blank space: within strings they are escaped. */
const onOneLine = (json: string): string => json.replace(/[\r\n]+/g, ' ')

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const wasNotSent = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(
    codeOf(error),
  )

/** Why there was no answer, in a few words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ECONNREFUSED') return 'connection refused'
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection was lost'
  return code || (error instanceof Error ? error.message : String(error))
}
