import type { Clock, Instant } from '../../core/clock.ts'
import type { Server } from '../../core/config/server.ts'
import type { Caller } from '../../core/gateway/endpoint.ts'
import type { ServerId } from '../../core/ids.ts'
import { UpstreamFault } from '../channel.ts'

/** A session that may have connections of its own. */
type Holder = { readonly caller: Pick<Caller, 'tokenId'>; readonly isIdle: boolean; readonly lastUsed: Instant }

type Deps<H extends Holder> = {
  readonly clock: Clock
  /** How many one token may have, to all servers together. */
  readonly mostOfToken: number
  readonly end: (holder: H) => void
}

type Place<H> = { readonly holder: H; readonly id: ServerId }

type Limit<H> = { readonly most: number; readonly full: string; readonly counts: (place: Place<H>) => boolean }

/** Of one server. */
const MOST_PROCESSES = 16
/** Programs leave without a word: whoever listens to nothing and said nothing for so long makes room for who comes. */
const LEFT_MS = 60_000

/** How many connections of their own sessions may have. Where there is no room, the session that left longest ago ends. */
export class OwnPlaces<H extends Holder> {
  readonly #deps: Deps<H>
  readonly #taken = new Set<Place<H>>()

  constructor(deps: Deps<H>) {
    this.#deps = deps
  }

  /** Answers what gives it back. @throws NoPlace. */
  take(holder: H, { id, config }: Server): () => void {
    const limits = [...(config.target.protocol === 'stdio' ? [ofProcesses(id)] : []), this.#ofToken(holder)]
    // Nobody is ended for who finds no room after all.
    for (const limit of limits) this.#inTheWay(holder, limit)
    for (const limit of limits) this.#end(this.#inTheWay(holder, limit))
    const place = { holder, id }
    this.#taken.add(place)
    return () => this.#taken.delete(place)
  }

  #ofToken({ caller: { tokenId } }: H): Limit<H> {
    const { mostOfToken: most } = this.#deps
    const full = `sessions with this token have ${most} connections`
    return { most, full, counts: ({ holder }) => holder.caller.tokenId === tokenId }
  }

  /** What was left longest, though not by the one that needs the room; undefined where there is room. @throws NoPlace. */
  #inTheWay(asking: H, { counts, most, full }: Limit<H>): Place<H> | undefined {
    const taken = [...this.#taken].filter(counts)
    if (taken.length < most) return undefined
    const left = this.#deps.clock.now() - LEFT_MS
    const [longest] = taken
      .filter(({ holder }) => holder !== asking && holder.isIdle && holder.lastUsed < left)
      .sort((a, b) => a.holder.lastUsed - b.holder.lastUsed)
    if (longest === undefined) throw new NoPlace(full)
    return longest
  }

  #end(place: Place<H> | undefined): void {
    if (place === undefined) return
    this.#taken.delete(place)
    this.#deps.end(place.holder)
  }
}

function ofProcesses(server: ServerId): Limit<object> {
  const full = `${MOST_PROCESSES} sessions have a process of it`
  return { most: MOST_PROCESSES, full, counts: ({ id }) => id === server }
}

/** There is none, and nothing was contacted. */
export class NoPlace extends UpstreamFault {
  constructor(full: string) {
    const message = `Omni2 could not try: ${full}, which is the most`
    const nextAction = 'End sessions that are not needed any more.'
    super('inconclusive', { code: 'timeout', stage: 'connect', message, nextAction })
  }
}
