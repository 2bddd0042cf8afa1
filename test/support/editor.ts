import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { StoredEventView } from '../../src/api/events-view.ts'
import { Problem } from '../../src/api/problem.ts'
import { SERVERS } from '../../src/api/route.ts'
import type { Omni2 } from './omni2.ts'

const EDIT = 'edit'
/** What a 503 says when nobody knows. */
export const OPEN = 'may still be done'
/** So that one token stays within its limit of a minute. */
const PAUSE_MS = 120

/** Changes the description of one server again and again, each time to another one, and keeps what it was told. */
export class Editor implements AsyncDisposable {
  readonly accepted: string[] = []
  /** With 503, and so not done. */
  readonly refused: string[] = []
  /** With 503 that says that it may still be done. */
  readonly open: string[] = []
  /** Until an answer of 503 came, in milliseconds. */
  slowestMs = 0
  /** Until a change was accepted, at most, in milliseconds. */
  waitedMs = 0
  readonly #stop = new AbortController()
  readonly #running: Promise<void>

  /** With a token of its own, so that its requests count for nobody else's limit. */
  static async start({ api, url }: Omni2, id: number): Promise<Editor> {
    const { token } = await api.createToken({ body: { name: 'editor', role: 'admin' } })
    return new Editor(`${url}${SERVERS}/${id}`, token)
  }

  private constructor(url: string, token: string) {
    this.#running = this.#run(url, { authorization: `Bearer ${token}`, 'content-type': 'application/json' })
  }

  /** @throws for an answer that may never be. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Of what was accepted there is one event each, in order; of what was refused there is none, and of the rest one at most. */
  expectToldOnce(events: readonly StoredEventView[]): void {
    const told = events.flatMap((event) => {
      if (event.event_type !== 'mcp_server_updated') return []
      const { description } = event.event_data.server
      return description.startsWith(EDIT) ? [description] : []
    })
    expect(told.filter((edit) => !this.open.includes(edit))).toEqual(this.accepted)
    expect(new Set(told).size).toBe(told.length)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #run(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    for (let n = 1; !this.#stop.signal.aborted; n++) {
      const description = `${EDIT} ${n}`
      const began = performance.now()
      const answer = await fetch(url, { method: 'PATCH', headers, body: JSON.stringify({ description }) })
      const said: unknown = await answer.json()
      const tookMs = performance.now() - began
      if (answer.status === 200) {
        this.accepted.push(description)
        this.waitedMs = Math.max(this.waitedMs, tookMs)
      } else if (answer.status === 503) {
        this.slowestMs = Math.max(this.slowestMs, tookMs)
        const list = Problem.parse(said).detail?.includes(OPEN) ? this.open : this.refused
        list.push(description)
      } else throw new Error(`${description} was answered ${answer.status}`)
      await pause(PAUSE_MS)
    }
  }
}
