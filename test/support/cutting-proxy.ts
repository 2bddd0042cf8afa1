import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import path from 'node:path'
import { portOf } from './ports.ts'

/** What becomes of a COMMIT whose connection is cut: it arrives at once, a second later when the client is back, or never. */
export type Fate = 'arrives' | 'arrives late' | 'is lost'

/** As the wire carries it: the text of a query ends with a zero byte. */
const COMMIT = 'commit\0'
const LATE_MS = 1_500

/** Stands before a PostgreSQL and, when told, cuts the connection that carries the next COMMIT. */
export class CuttingProxy implements AsyncDisposable {
  readonly #target: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly #open = new Set<Socket>()
  readonly #server = createServer((client) => this.#serve(client))
  readonly #databaseUrl: URL
  #fate: Fate | undefined

  private constructor(databaseUrl: string) {
    this.#databaseUrl = new URL(databaseUrl)
    const host = decodeURIComponent(this.#databaseUrl.hostname)
    const port = Number(this.#databaseUrl.port || 5432)
    this.#target = host.startsWith('/') ? { path: path.join(host, `.s.PGSQL.${port}`) } : { host, port }
  }

  static async before(databaseUrl: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(databaseUrl)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** The database, through here. */
  get url(): string {
    const url = new URL(this.#databaseUrl)
    url.host = `127.0.0.1:${portOf(this.#server)}`
    return url.href
  }

  cutNextCommit(fate: Fate): void {
    this.#fate = fate
  }

  /** Whether the cut that was asked for was made. */
  get hasCut(): boolean {
    return this.#fate === undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(client: Socket): void {
    const upstream = connect(this.#target)
    for (const socket of [client, upstream]) {
      this.#open.add(socket.on('error', () => {}))
      socket.once('close', () => this.#open.delete(socket))
    }
    upstream.on('data', (data) => client.write(data)).once('end', () => client.end())
    client.once('end', () => upstream.end())
    client.on('data', (data: Buffer) => {
      if (this.#fate && data.includes(COMMIT)) this.#cut(client, upstream, data)
      else upstream.write(data)
    })
  }

  #cut(client: Socket, upstream: Socket, data: Buffer): void {
    const fate = this.#fate
    this.#fate = undefined
    client.removeAllListeners('end').destroy()
    if (fate === 'is lost') upstream.destroy()
    else setTimeout(() => upstream.end(data), fate === 'arrives' ? 0 : LATE_MS)
  }
}
