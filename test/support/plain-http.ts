import { type IncomingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'

type Asked = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}
type Answered = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/** A request with exactly these headers, Host too, which `fetch` would set itself. */
export function plainHttp(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = request(url, { method, headers: { ...json, ...headers }, agent: false }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      )
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
