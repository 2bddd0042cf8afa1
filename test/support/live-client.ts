import { WebSocket } from 'ws'
import { LiveMessage } from '../../src/api/live.ts'

/** A reader of `/ws` that keeps what it heard; every frame must fit the contract. */
export class LiveClient {
  readonly heard: LiveMessage[] = []
  readonly socket: WebSocket
  readonly opened: Promise<void>
  /** Resolves with the code the connection ended with. */
  readonly closed: Promise<number>
  #wake = () => {}

  constructor(url: string, headers: Record<string, string> = {}, options: { readonly autoPong?: boolean } = {}) {
    this.socket = new WebSocket(url, { headers, ...options })
    this.socket.on('message', (data) => {
      this.heard.push(LiveMessage.parse(JSON.parse(data.toString())))
      this.#wake()
    })
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve())
      this.socket.once('error', reject)
    })
    this.closed = new Promise((resolve) => this.socket.once('close', resolve))
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  /** Resolves once so many messages were heard; answers all of them. */
  async hear(count: number): Promise<readonly LiveMessage[]> {
    while (this.heard.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.heard
  }

  /** Says something and answers what came back next. */
  async ask(message: unknown): Promise<LiveMessage | undefined> {
    const before = this.heard.length
    this.say(message)
    return (await this.hear(before + 1))[before]
  }

  /** The `seq` of every event heard, batched or not. */
  get seqs(): readonly number[] {
    return this.heard
      .flatMap((message) => ('batch' in message ? message.batch : [message]))
      .flatMap((message) => ('event_type' in message && 'seq' in message ? [message.seq] : []))
  }
}
