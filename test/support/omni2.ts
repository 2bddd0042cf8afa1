import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ClientOptions, WebSocket } from 'ws'
import { freePort, Omni2Process } from '../../demo/omni2-process.ts'
import { type Client, createClient } from '../../src/api/client.ts'
import { LiveMessage } from '../../src/api/live.ts'
import { ask } from './child-server.ts'
import { COMPILED } from './command-line.ts'

const require = createRequire(import.meta.url)
const INJECTOR = require.resolve('../fixtures/fault-injector.ts')

export type Omni2Options = {
  /** Kept by whoever gives it; absent: a folder of its own, removed at the end. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** Absent: any that is free. */
  readonly port?: number
  /** As of `Omni2Process`. */
  readonly through?: readonly string[]
  readonly nodeArgs?: readonly string[]
  readonly program?: string
}

const never = new AbortController().signal

/** Below those that Linux gives to whoever asks for any, who would get it before Omni2 listens; apart by test process. */
let lastPort = 10_000 + (process.pid % 350) * 64

/** The real Omni2 in a process of its own, with an admin's client. Ends with its `await using` block. */
export class Omni2 implements AsyncDisposable {
  readonly adminToken: string
  readonly url: string
  readonly api: Client
  readonly dataDir: string
  readonly process: Omni2Process
  readonly #ownsDataDir: boolean

  static async start({ dataDir, env = {}, port: given, ...how }: Omni2Options = {}): Promise<Omni2> {
    const folder = dataDir ?? (await mkdtemp(path.join(tmpdir(), 'omni2-test-')))
    const adminToken = `omni2_admin_${randomBytes(32).toString('base64url')}`
    const port = given ?? (await freePort(++lastPort))
    const omni2 = new Omni2(
      new Omni2Process({ ...how, port, dataDir: folder, adminToken, env: { ...COMPILED, ...env } }),
      folder,
      adminToken,
      dataDir === undefined,
    )
    try {
      await omni2.process.ready(never)
      return omni2
    } catch (error) {
      await omni2.stop()
      throw error
    }
  }

  /** One in which `inject` makes faults from inside. */
  static startInjectable({ nodeArgs = [], ...options }: Omni2Options = {}): Promise<Omni2> {
    return Omni2.start({ ...options, nodeArgs: ['--import', INJECTOR, ...nodeArgs] })
  }

  private constructor(process: Omni2Process, dataDir: string, adminToken: string, ownsDataDir: boolean) {
    this.process = process
    this.url = process.url
    this.dataDir = dataDir
    this.adminToken = adminToken
    this.#ownsDataDir = ownsDataDir
    this.api = this.as(adminToken)
  }

  /** Has its fault injector obey; see there for commands. */
  inject(command: string, input: unknown = null): Promise<unknown> {
    return ask(this.process.child, command, input)
  }

  /** A client with another token. */
  as(token: string): Client {
    return createClient({ baseUrl: this.url, token })
  }

  /** A raw request as admin, for what the client would not send. */
  fetch(pathAndQuery: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.adminToken}`, ...init.headers }
    return fetch(`${this.url}${pathAndQuery}`, { ...init, headers })
  }

  /** Connects to `/ws` and keeps everything it is told. */
  async live(
    query = '',
    options: ClientOptions = { headers: { authorization: `Bearer ${this.adminToken}` } },
  ): Promise<Live> {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/ws${query}`, options)
    const live = new Live(socket)
    await once(socket, 'open')
    return live
  }

  async stop(): Promise<void> {
    await this.process.end()
    if (this.#ownsDataDir) await rm(this.dataDir, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** One reader of the live feed. */
export class Live implements Disposable {
  readonly socket: WebSocket
  readonly messages: LiveMessage[] = []

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => this.messages.push(LiveMessage.parse(JSON.parse(String(data)))))
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Status changes heard so far, as `old -> new`, of one server. */
  statuses(name: string): string[] {
    return this.messages.flatMap((message) =>
      'event_type' in message && message.event_type === 'mcp_status_change' && message.event_data.mcp_name === name
        ? [`${message.event_data.old_status} -> ${message.event_data.new_status}`]
        : [],
    )
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}
