import type { LiveReply } from '../../api/live.ts'
import type { ServerView } from '../../api/server-view.ts'
import type { Clock, Instant } from '../../core/clock.ts'
import type { ServerId } from '../../core/ids.ts'

/** Every server, the newest event these views reflect, and the version of the fleet; all of the same moment. */
export type Snapshot = { readonly servers: readonly ServerView[]; readonly seq: number; readonly version: number }

type Deps = {
  readonly snapshot: () => Snapshot
  /** Of the history that `seq` counts. */
  readonly epoch: string
  readonly clock: Clock
}

type Pages = {
  readonly seq: number
  readonly frames: readonly Buffer[]
  /** Servers of which a check has told something since. */
  readonly checked: Set<ServerId>
}

const PAGE_SIZE = 500
const FRESH_MS = 1_000

/** The state of all servers as frames, shared by readers that connect within a second and between two events. */
export class StatusPages {
  readonly #deps: Deps
  #kept: (Pages & { readonly at: Instant }) | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** An event changed what the pages say. */
  forget(): void {
    this.#kept = undefined
  }

  /** A check told something, but nothing that is worth new pages for everybody. */
  checked(id: ServerId): void {
    this.#kept?.checked.add(id)
  }

  now(): Pages {
    const { clock, epoch, snapshot } = this.#deps
    const at = clock.now()
    if (!this.#kept || at - this.#kept.at >= FRESH_MS) this.#kept = { ...toPages(snapshot(), epoch), at }
    return this.#kept
  }
}

function toPages({ servers, seq, version }: Snapshot, epoch: string): Pages {
  const pages = Math.max(1, Math.ceil(servers.length / PAGE_SIZE))
  const frames = Array.from({ length: pages }, (_, index) => {
    const part = servers.slice(index * PAGE_SIZE, (index + 1) * PAGE_SIZE)
    const reply: LiveReply = {
      ...{ type: 'initial_status', seq, epoch, version, page: index + 1, pages },
      servers: part,
    }
    return Buffer.from(JSON.stringify(reply))
  })
  return { seq, frames, checked: new Set() }
}
