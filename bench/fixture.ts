import { createRequire } from 'node:module'
import { z } from 'zod'
import { ChildServer, type Recipe } from '../test/support/child-server.ts'

const require = createRequire(import.meta.url)
const Port = z.number()

/** The process of `fixture-server.ts`, which obeys as told there; every path under its URL is a server. */
export const fixture = (options: Pick<Recipe, 'env' | 'through'> = {}): Promise<ChildServer> =>
  new ChildServer({
    ...options,
    name: 'fixture',
    path: '',
    args: () => [require.resolve('./fixture-server.ts')],
  }).start()

/** The upstreams of all measurements, in such a process. */
export class Fixture implements AsyncDisposable {
  readonly #process: ChildServer

  static async start(): Promise<Fixture> {
    return new Fixture(await fixture())
  }

  private constructor(process: ChildServer) {
    this.#process = process
  }

  get url(): string {
    return this.#process.url
  }

  /** More origins, each on a port of its own. */
  async open(count: number): Promise<readonly string[]> {
    return Port.array()
      .parse(await this.#process.command('open', count))
      .map((port) => `http://127.0.0.1:${port}`)
  }

  /** With a self-signed certificate, that of the tests. */
  async openTls(): Promise<string> {
    return `https://127.0.0.1:${Port.parse(await this.#process.command('openTls'))}`
  }

  /** Has one of these origins refuse connections, accept them and be silent, or be as before; resolves once it does. */
  async become(url: string, state: 'up' | 'refusing' | 'hanging'): Promise<void> {
    await this.#process.command('become', { port: portOf(url), state })
  }

  /** Connections and requests that reached one of these origins so far. */
  async contacts(url: string): Promise<number> {
    return z.number().parse(await this.#process.command('contacts', portOf(url)))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process.kill()
  }
}

const portOf = (url: string): number => Number(new URL(url).port)
