import { aTool, type Exchange, type RawServer, rawServer } from './raw-server.ts'

/** Everything a request carries that might be a secret, as one text. */
const seen = ({ request }: Exchange): string => [request.url, ...request.rawHeaders].join(' ')
/** The same where only a word fits, such as a tool's name: the values of the headers we did not write ourselves. */
const words = ({ request }: Exchange): string[] =>
  [...Object.values(request.headers), request.url]
    .flatMap((value) => String(value).split(/[^A-Za-z0-9+/=_-]+/))
    .filter((word) => word.includes('planted') || /^[A-Za-z0-9+/]{24,}=*$/.test(word))

const rpcError = (exchange: Exchange, status: number, headers?: Record<string, string>) =>
  exchange.json(
    status,
    {
      jsonrpc: '2.0',
      id: exchange.message.id ?? null,
      error: { code: -32000, message: seen(exchange), data: seen(exchange) },
    },
    headers,
  )

/** Ways to put what one was sent where somebody may read it. Paths of one server, so that each has its own URL. */
const LEAKS: Readonly<Record<string, (exchange: Exchange) => void>> = {
  challenge: (exchange) =>
    rpcError(exchange, 401, { 'www-authenticate': `Bearer realm="${seen(exchange).replaceAll('"', '')}"` }),
  forbidden: (exchange) => rpcError(exchange, 403, { 'www-authenticate': words(exchange).join(' ') }),
  broken: (exchange) => rpcError(exchange, 500),
  gone: (exchange) => exchange.response.writeHead(410, { 'content-type': 'text/plain' }).end(seen(exchange)),
  teapot: (exchange) => rpcError(exchange, 418),
  throttled: (exchange) => rpcError(exchange, 429, { 'retry-after': words(exchange)[0] ?? '1' }),
  'app-error': (exchange) => rpcError(exchange, 200),
  'not-json': (exchange) =>
    exchange.response.writeHead(200, { 'content-type': 'application/json' }).end(seen(exchange)),
  'other-type': (exchange) =>
    exchange.response.writeHead(200, { 'content-type': `text/${words(exchange).join('')}` }).end(seen(exchange)),
  redirect: (exchange) =>
    exchange.response.writeHead(307, { location: `http://127.0.0.1:1/?${words(exchange).join('&')}` }).end(),
  'wrong-id': (exchange) => exchange.json(200, { jsonrpc: '2.0', id: words(exchange).join(), result: {} }),
  'wrong-version': (exchange) =>
    exchange.result({ protocolVersion: words(exchange).join(), capabilities: {}, serverInfo: {} }),
  endpoint: (exchange) =>
    exchange.response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write(`event: endpoint\ndata: http://127.0.0.1:1/${words(exchange).join('/')}\n\n`),
  healthy: (exchange) => healthy(exchange),
}

let listings = 0

/** Alive and well, and talkative. */
function healthy(exchange: Exchange): void {
  const { message, result } = exchange
  const all = words(exchange).join(' ')
  const said: Readonly<Record<string, object>> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: `server ${all}`, version: all },
      instructions: seen(exchange),
    },
    'tools/list': {
      tools: [
        aTool('plain', {
          description: `${++listings} ${seen(exchange)}`,
          inputSchema: { type: 'object', title: seen(exchange) },
        }),
        aTool(words(exchange)[0] ?? 'none', { description: 'named after what it was sent' }),
        aTool('refuses'),
      ],
    },
    'tools/call': {
      content: [{ type: 'text', text: seen(exchange) }],
      structuredContent: Object.fromEntries(words(exchange).map((word) => [word, [word]])),
    },
  }
  if (message.method === 'tools/call' && message.params.name === 'refuses') rpcError(exchange, 200)
  else if (said[message.method ?? '']) result(said[message.method ?? ''])
  else exchange.honest()
}

export const LEAK_NAMES = Object.keys(LEAKS)

export type LeakyServer = RawServer & { readonly received: readonly string[] }

/** Tells at `/<way>` what it was sent, in that way, and remembers it. */
export async function leakyServer(): Promise<LeakyServer> {
  const received: string[] = []
  const server = await rawServer((exchange) => {
    received.push(`${seen(exchange)} ${JSON.stringify(exchange.message)}`)
    const way = new URL(exchange.request.url ?? '', 'http://x').pathname.slice(1)
    const leak = LEAKS[way] ?? LEAKS.healthy
    leak?.(exchange)
  })
  return Object.assign(server, { received })
}
