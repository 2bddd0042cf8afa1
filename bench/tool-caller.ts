import { Client } from 'undici'

export type Target = {
  readonly name: string
  readonly url: string
  readonly path: string
  readonly tool: string
  readonly token?: string
  readonly session?: string
  readonly isModern?: boolean
}

const ARGUMENTS = { query: 'open orders of the last week', limit: 20, since: '2026-11-01T00:00:00Z' }
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

const basic = (token: string | undefined): string[] => [
  ...['content-type', 'application/json', 'accept', 'application/json, text/event-stream'],
  ...(token === undefined ? [] : ['authorization', `Bearer ${token}`]),
]

/** One client with a connection of its own that calls one tool; every reply is looked at. */
export class ToolCaller {
  readonly #target: Target
  readonly #client: Client
  readonly #headers: readonly string[]
  #id = 0

  constructor(target: Target) {
    const { url, token, session, isModern, tool } = target
    this.#target = target
    this.#client = new Client(url)
    this.#headers = [
      ...basic(token),
      ...(session === undefined ? [] : ['mcp-session-id', session, 'mcp-protocol-version', '2025-06-18']),
      ...(isModern ? ['mcp-protocol-version', '2026-07-28', 'mcp-method', 'tools/call', 'mcp-name', tool] : []),
    ]
  }

  call(): Promise<void> {
    return this.#called(undefined)
  }

  /** A call that has to be refused. */
  refused(): Promise<void> {
    return this.#called(true)
  }

  async #called(isError: true | undefined): Promise<void> {
    const { tool, isModern } = this.#target
    const id = ++this.#id
    const params = { name: tool, arguments: ARGUMENTS, ...(isModern && { _meta: META }) }
    const text = await this.#post(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }))
    const { id: answered, result } = JSON.parse(text)
    if (answered !== id || (result?.isError || undefined) !== isError || !result?.content) {
      throw new Error(`Answered ${text}`)
    }
  }

  /** One call whose answer is a stream. @throws when fewer events come before the reply. */
  async listen(events: number): Promise<void> {
    const { tool } = this.#target
    const id = ++this.#id
    const params = { name: tool, arguments: ARGUMENTS }
    const text = await this.#post(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }))
    const heard = text.split('\n\n').length - 2
    if (heard !== events || !text.includes(`"id":${id}`))
      throw new Error(`${heard} events came, and ${text.slice(-500)}`)
  }

  /** All tools, as they came. */
  list(): Promise<string> {
    return this.#post(JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method: 'tools/list', params: {} }))
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #post(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = []
      this.#client.dispatch(
        { method: 'POST', path: this.#target.path, headers: this.#headers.slice(), body },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_controller, piece) => void pieces.push(piece),
          onResponseEnd: () => resolve(String(Buffer.concat(pieces))),
          onResponseError: (_controller, error) => reject(error),
        },
      )
    })
  }
}

/** Opens a session as a legacy client; answers its id. */
export async function initialized({ url, path, token }: Pick<Target, 'url' | 'path' | 'token'>): Promise<string> {
  const params = { protocolVersion: '2025-06-18', clientInfo: { name: 'bench', version: '1.0.0' }, capabilities: {} }
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  })
  return answer.headers.get('mcp-session-id') ?? ''
}

/** Ends a session, as a client does that leaves. */
export async function ended(
  { url, path, token }: Pick<Target, 'url' | 'path' | 'token'>,
  session: string,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'mcp-session-id': session }
  const { status } = await fetch(`${url}${path}`, { method: 'DELETE', headers })
  if (status !== 200 && status !== 204) throw new Error(`The session was not ended: HTTP ${status}`)
}
