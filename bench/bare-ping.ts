import { Client } from 'undici'

/** A ping over undici with nothing around it: sent, received, parsed. What no check over HTTP can go below. */
export class BarePing implements AsyncDisposable {
  readonly #client: Client
  #id = 0

  constructor(url: string) {
    this.#client = new Client(url)
  }

  readonly send = (): Promise<void> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method: 'ping', params: {} })
    const headers = { 'content-type': 'application/json', accept: 'application/json', 'mcp-session-id': 'kept' }
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = []
      this.#client.dispatch(
        { method: 'POST', path: '/floor', headers, body },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_controller, piece) => void pieces.push(piece),
          onResponseEnd() {
            JSON.parse(String(Buffer.concat(pieces)))
            resolve()
          },
          onResponseError: (_controller, error) => reject(error),
        },
      )
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close()
  }
}
