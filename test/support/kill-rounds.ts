import { setTimeout as pause } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import type { StoredEventView } from '../../src/api/events-view.ts'
import { breaks, heard, history } from './journey.ts'
import { Omni2 } from './omni2.ts'

type Home = { readonly dataDir: string; readonly env: Readonly<Record<string, string>> }

const WRITERS = ['a', 'b', 'c']
/** Each writer keeps so many servers. */
const KEPT = 4
/** When the kill comes, after a first change was answered. */
const LIFE_MS = { least: 5, most: 400 }

/** An Omni2 that is killed again and again while it writes, always on the same data. What it said is held against what it kept. */
export class KillRounds {
  readonly #home: Home
  readonly #upstream: string
  /** Changes as their events tell them, none of them wanted twice: those that were asked for, and those that were answered. */
  readonly #asked = new Set<string>()
  readonly #answered = new Set<string>()
  /** Told live. */
  readonly #told: StoredEventView[] = []
  readonly #events: StoredEventView[] = []
  #lastNumber = 0
  /** How long each start took until it was ready. */
  readonly startsMs: number[] = []

  /** `upstream`: the URL of an MCP server that works. */
  constructor(home: Home, upstream: string) {
    this.#home = home
    this.#upstream = upstream
  }

  get figures() {
    return { answered: this.#answered.size, events: this.#events.length, slowestStartMs: Math.max(...this.startsMs) }
  }

  /** Starts, looks whether everything is there, changes much at once, and is killed. */
  async round(): Promise<void> {
    await using omni2 = await this.#start()
    await this.#expectWhole(omni2)
    using live = await omni2.live()
    const killed = new AbortController()
    const before = this.#answered.size
    const { servers } = await omni2.api.listServers()
    const writers = WRITERS.map((writer) => {
      const own = servers.filter(({ name }) => name.startsWith(writer)).map(({ id, name }) => ({ id, name }))
      return this.#write(omni2, writer, own, killed.signal)
    })
    await vi.waitUntil(() => this.#answered.size > before, { timeout: 30_000, interval: 5 })
    await pause(LIFE_MS.least + Math.random() * (LIFE_MS.most - LIFE_MS.least))
    killed.abort()
    process.kill(omni2.process.pid ?? Number.NaN, 'SIGKILL')
    await Promise.all(writers)
    this.#told.push(...heard(live))
  }

  /** One more start, after which every server is checked again. */
  async finish(): Promise<void> {
    await using omni2 = await this.#start()
    await this.#expectWhole(omni2)
    const startedAt = Date.now()
    await vi.waitFor(
      async () => {
        for (const { name, health_status, last_health_check } of (await omni2.api.listServers()).servers) {
          const isChecked = Date.parse(last_health_check ?? '') > startedAt
          expect([name, health_status, isChecked]).toEqual([name, 'healthy', true])
        }
      },
      { timeout: 60_000, interval: 1_000 },
    )
  }

  async #start(): Promise<Omni2> {
    const began = performance.now()
    const omni2 = await Omni2.start(this.#home)
    this.startsMs.push(performance.now() - began)
    return omni2
  }

  async #expectWhole(omni2: Omni2): Promise<void> {
    const fresh = await history(omni2, this.#events.length)
    this.#events.push(...fresh)
    expect(this.#events.map(({ seq }) => seq)).toEqual(this.#events.map((_, index) => index + 1))
    expect(breaks(this.#events)).toEqual([])
    for (const event of this.#told.splice(0)) expect(this.#events[event.seq - 1]).toEqual(event)
    const changes = this.#events.flatMap(changeOf)
    const stored = new Set(changes)
    expect(stored.size).toBe(changes.length)
    expect([...this.#answered].filter((change) => !stored.has(change))).toEqual([])
    expect(changes.filter((change) => !this.#asked.has(change))).toEqual([])
    const { servers } = await omni2.api.listServers()
    expect(new Map(servers.map(({ name, description }) => [name, description]))).toEqual(replayed(this.#events))
  }

  async #write(omni2: Omni2, writer: string, own: { id: number; name: string }[], killed: AbortSignal): Promise<void> {
    while (!killed.aborted) {
      const number = ++this.#lastNumber
      const [oldest] = own
      try {
        if (!oldest || own.length < KEPT) {
          const name = `${writer}-${number}`
          const draft = { name, url: this.#upstream, check_interval_seconds: 5 }
          const { id } = await this.#ask(`${name} made`, () => omni2.api.createServer({ body: draft }))
          own.push({ id, name })
        } else if (number % 7 === 0) {
          await this.#ask(`${oldest.name} removed`, () => omni2.api.deleteServer({ params: { id: oldest.id } }))
          own.shift()
        } else {
          const { id, name } = own[number % own.length] ?? oldest
          const description = `edit ${number}`
          const body = { description }
          await this.#ask(`${name} has ${description}`, () => omni2.api.updateServer({ params: { id }, body }))
        }
      } catch (error) {
        if (!killed.aborted) throw error
      }
    }
  }

  async #ask<T>(change: string, request: () => Promise<T>): Promise<T> {
    this.#asked.add(change)
    const answer = await request()
    this.#answered.add(change)
    return answer
  }
}

function changeOf(event: StoredEventView): string[] {
  switch (event.event_type) {
    case 'mcp_server_created':
      return [`${event.event_data.mcp_name} made`]
    case 'mcp_server_updated':
      return [`${event.event_data.mcp_name} has ${event.event_data.server.description}`]
    case 'mcp_server_deleted':
      return [`${event.event_data.mcp_name} removed`]
    default:
      return []
  }
}

/** Names and descriptions of the servers that there are, as the events tell. */
function replayed(events: readonly StoredEventView[]): Map<string, string> {
  const servers = new Map<string, string>()
  for (const event of events) {
    if (event.event_type === 'mcp_server_deleted') servers.delete(event.event_data.mcp_name)
    else if (event.event_type === 'mcp_server_created' || event.event_type === 'mcp_server_updated') {
      servers.set(event.event_data.mcp_name, event.event_data.server.description)
    }
  }
  return servers
}
