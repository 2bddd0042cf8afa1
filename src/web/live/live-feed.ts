import type { QueryClient } from '@tanstack/react-query'
import { WebSocket } from 'partysocket'
import type { CallView } from '../../api/calls.ts'
import { EVENT_TYPES, type EventView } from '../../api/events-view.ts'
import { LiveMessage } from '../../api/live.ts'
import { keepJob } from './check-job.ts'
import { fleetQuery } from './fleet-query.ts'
import { afterMessage, eventsOf, type News, NO_NEWS } from './live-news.ts'

/** Whether what is shown is what is. Times are epoch milliseconds. */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `since`: nothing newer than this is known. */
  | { readonly kind: 'stale'; readonly since: number }

/** The oldest first; `omitted` more were not told. */
export type CallNews = { readonly calls: readonly CallView[]; readonly omitted: number }

type Deps = {
  readonly queryClient: QueryClient
  /** Of `/ws`, such as `wss://omni.example/ws`. */
  readonly url: string
  /** The server closed or refused the connection: perhaps we are nobody to it any more. */
  readonly onRefused: () => void
  /** What connections are made with; the browser's own unless a test says otherwise. */
  readonly socket?: typeof globalThis.WebSocket
}

/** So long nothing may be heard before we ask for a sign of life, and so long may the answer take. */
const QUIET_MS = 20_000
const ANSWER_MS = 8_000
const BACKOFF = { minReconnectionDelay: 500, maxReconnectionDelay: 10_000, reconnectionDelayGrowFactor: 1.7 }

/** The one connection to `/ws`: writes what it hears into the query cache, and comes back whenever it is lost. */
export class LiveFeed {
  readonly #deps: Deps
  readonly #listeners = new Set<() => void>()
  readonly #readers = new Set<(event: EventView) => void>()
  readonly #callReaders = new Set<(calls: CallNews) => void>()
  #news: News = NO_NEWS
  #state: LiveState = { kind: 'connecting' }
  #socket: WebSocket | undefined
  #silence: ReturnType<typeof setTimeout> | undefined
  #heardAt = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Connects, and stays connected until the function it returns is called. */
  readonly start = (): (() => void) => {
    const { socket: WebSocket_ } = this.#deps
    const socket = new WebSocket(() => this.#url(), [], {
      ...BACKOFF,
      ...(WebSocket_ ? { WebSocket: WebSocket_ } : {}),
    })
    this.#socket = socket
    socket.addEventListener('open', () => {
      this.#heard()
      socket.send(JSON.stringify({ action: 'batch' }))
      // Each check too, which nobody is told of unasked.
      socket.send(JSON.stringify({ action: 'subscribe', event_types: EVENT_TYPES }))
      // Who began or ended reading calls since the URL was made could not say so.
      this.#sayWhatToFollow()
    })
    socket.addEventListener('message', ({ data }) => this.#hear(String(data)))
    socket.addEventListener('close', () => this.#lost())
    const wake = () => {
      if (this.#state.kind === 'stale' && document.visibilityState === 'visible') socket.reconnect()
    }
    window.addEventListener('online', wake)
    document.addEventListener('visibilitychange', wake)
    return () => {
      window.removeEventListener('online', wake)
      document.removeEventListener('visibilitychange', wake)
      clearTimeout(this.#silence)
      this.#socket = undefined
      socket.close()
      this.#news = NO_NEWS
      this.#become({ kind: 'connecting' })
    }
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly state = (): LiveState => this.#state

  /** Calls `reader` for every event as it happens. Returns the function that ends it. */
  readonly onEvent = (reader: (event: EventView) => void): (() => void) => {
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }

  /** Calls `reader` with calls of agents as they are told. Returns the function that ends it. */
  readonly onCalls = (reader: (calls: CallNews) => void): (() => void) => {
    this.#callReaders.add(reader)
    this.#sayWhatToFollow()
    return () => {
      this.#callReaders.delete(reader)
      this.#sayWhatToFollow()
    }
  }

  /** Calls may be many: they are told only while somebody reads them. */
  get #followed(): readonly string[] {
    return this.#callReaders.size > 0 ? ['servers', 'calls'] : ['servers']
  }

  #sayWhatToFollow(): void {
    const isOpen = this.#socket?.readyState === WebSocket.OPEN
    if (isOpen) this.#socket?.send(JSON.stringify({ action: 'follow', follow: this.#followed }))
  }

  #url(): string {
    const { seq, epoch } = this.#news
    return `${this.#deps.url}?follow=${this.#followed}${epoch === undefined ? '' : `&since_seq=${seq}&epoch=${epoch}`}`
  }

  #hear(text: string): void {
    this.#heard()
    const message = readMessage(text)
    if (!message) return
    const { queryClient } = this.#deps
    const fleet = queryClient.getQueryData(fleetQuery.queryKey)
    this.#news = afterMessage({ ...this.#news, fleet }, message)
    if (this.#news.fleet !== fleet) queryClient.setQueryData(fleetQuery.queryKey, this.#news.fleet)
    // On every connection the state comes whole, and with its last page nothing is missing any more.
    if ('type' in message && message.type === 'initial_status' && message.page === message.pages) {
      this.#become({ kind: 'live' })
    }
    if ('type' in message && message.type === 'check_job') keepJob(queryClient, message.job)
    if ('type' in message && message.type === 'calls') for (const read of this.#callReaders) read(message)
    for (const event of eventsOf(message)) for (const read of this.#readers) read(event)
  }

  #heard(): void {
    this.#heardAt = Date.now()
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#probe(), QUIET_MS)
  }

  /** A connection may be dead long before anybody is told. */
  #probe(): void {
    this.#socket?.send(JSON.stringify({ action: 'ping' }))
    this.#silence = setTimeout(() => {
      this.#lost()
      this.#socket?.reconnect()
    }, ANSWER_MS)
  }

  #lost(): void {
    clearTimeout(this.#silence)
    if (!this.#socket) return
    if (this.#state.kind === 'live') this.#become({ kind: 'stale', since: this.#heardAt })
    this.#deps.onRefused()
  }

  #become(state: LiveState): void {
    this.#state = state
    for (const tell of this.#listeners) tell()
  }
}

/** A newer server may say things this page does not know: they are passed over. */
function readMessage(text: string): LiveMessage | undefined {
  try {
    return LiveMessage.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // not JSON: not for us
  }
}
