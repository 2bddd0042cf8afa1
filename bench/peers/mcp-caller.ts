import { once } from 'node:events'
import { request } from 'node:http'
import { Client } from 'undici'

/** Where a gateway is reached, and over which transport. */
export type Endpoint = {
  readonly url: string
  readonly path: string
  readonly transport: 'http-streamable' | 'sse'
  readonly token?: string
}

type Reply = { readonly id?: number; readonly result?: { readonly content?: unknown; readonly isError?: boolean } }

const HELLO = { protocolVersion: '2025-06-18', clientInfo: { name: 'bench', version: '1.0.0' }, capabilities: {} }
const PATIENCE_MS = 60_000

/** One legacy client with a session and a connection of its own, which reads answers as JSON or from a stream. */
export class McpCaller {
  readonly #client: Client
  readonly #headers: Record<string, string>
  #path: string
  /** Of HTTP+SSE: what is asked and not answered yet. */
  readonly #awaited = new Map<number, (reply: Reply) => void>()
  #stream: ReturnType<typeof request> | undefined
  #id = 0

  static async open(endpoint: Endpoint): Promise<McpCaller> {
    const caller = new McpCaller(endpoint)
    if (endpoint.transport === 'sse') await caller.#listen(endpoint)
    const { session } = await caller.#ask('initialize', HELLO)
    caller.#headers['mcp-protocol-version'] = HELLO.protocolVersion
    if (session !== undefined) caller.#headers['mcp-session-id'] = session
    await caller.#post({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return caller
  }

  private constructor({ url, path, token }: Endpoint) {
    this.#client = new Client(url)
    this.#path = path
    this.#headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
  }

  /** @throws when it is not answered with a result. */
  async call(name: string, args: object): Promise<void> {
    const { reply } = await this.#ask('tools/call', { name, arguments: args })
    if (!reply.result?.content || reply.result.isError) throw new Error(`${name} answered ${JSON.stringify(reply)}`)
  }

  async close(): Promise<void> {
    this.#stream?.destroy()
    await this.#client.destroy()
  }

  async #ask(method: string, params: object): Promise<{ readonly reply: Reply; readonly session: string | undefined }> {
    const id = ++this.#id
    const streamed = new Promise<Reply>((resolve) => this.#awaited.set(id, resolve))
    const { text, session } = await this.#post({ jsonrpc: '2.0', id, method, params })
    const reply = this.#stream ? await streamed : replyIn(text)
    this.#awaited.delete(id)
    if (reply.id !== id) throw new Error(`${method} was answered with ${text}`)
    return { reply, session }
  }

  #post(message: object): Promise<{ readonly text: string; readonly session: string | undefined }> {
    const options = { method: 'POST', path: this.#path, headers: this.#headers, body: JSON.stringify(message) } as const
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = []
      let session: string | undefined
      this.#client.dispatch(options, {
        onRequestStart() {},
        onResponseStart(_controller, _status, headers) {
          const given = headers['mcp-session-id']
          if (typeof given === 'string') session = given
        },
        onResponseData: (_controller, piece) => void pieces.push(piece),
        onResponseEnd: () => resolve({ text: String(Buffer.concat(pieces)), session }),
        onResponseError: (_controller, error) => reject(error),
      })
    })
  }

  /** Opens the stream of HTTP+SSE and learns where to post. */
  async #listen({ url, path }: Endpoint): Promise<void> {
    const stream = request(new URL(path, url), { headers: { accept: 'text/event-stream' } }).end()
    this.#stream = stream
    const [response] = await once(stream, 'response', { signal: AbortSignal.timeout(PATIENCE_MS) })
    const found = Promise.withResolvers<string>()
    let left = ''
    response.setEncoding('utf8').on('data', (text: string) => {
      const events = (left + text).split(/\r?\n\r?\n/)
      left = events.pop() ?? ''
      for (const event of events) {
        const data = dataOf(event)
        if (event.includes('event: endpoint')) found.resolve(data)
        else this.#hear(data)
      }
    })
    const posted = new URL(await found.promise, url)
    this.#path = posted.pathname + posted.search
  }

  #hear(data: string): void {
    if (!data.startsWith('{')) return
    const reply: Reply = JSON.parse(data)
    if (reply.id !== undefined) this.#awaited.get(reply.id)?.(reply)
  }
}

/** Notifications may stand before it in a stream. */
function replyIn(text: string): Reply {
  if (text.startsWith('{')) return JSON.parse(text)
  const events = text.split(/\r?\n\r?\n/).map(dataOf)
  const last = events.findLast((data) => data.startsWith('{') && data.includes('"id"'))
  if (last === undefined) throw new Error(`Answered ${text || 'nothing'}`)
  return JSON.parse(last)
}

const dataOf = (event: string): string =>
  event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim())
    .join('\n')
