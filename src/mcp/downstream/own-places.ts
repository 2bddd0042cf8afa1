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
    const { mostOfToken } = this.#deps
    const { tokenId } = holder.caller
    if (config.target.protocol === 'stdio') {
      this.#makeRoom(
        holder,
        (place) => place.id === id,
        MOST_PROCESSES,
        `${MOST_PROCESSES} sessions have a process of it`,
      )
    }
    const ofToken = `sessions with this token have ${mostOfToken} connections`
    this.#makeRoom(holder, (place) => place.holder.caller.tokenId === tokenId, mostOfToken, ofToken)
    const place = { holder, id }
    this.#taken.add(place)
    return () => this.#taken.delete(place)
  }

  /** Ends the session that was left longest, though not the one that needs the room. */
  #makeRoom(asking: H, counts: (place: Place<H>) => boolean, most: number, full: string): void {
    const taken = [...this.#taken].filter(counts)
    if (taken.length < most) return
    const left = this.#deps.clock.now() - LEFT_MS
    const [longest] = taken
      .filter(({ holder }) => holder !== asking && holder.isIdle && holder.lastUsed < left)
      .sort((a, b) => a.holder.lastUsed - b.holder.lastUsed)
    if (longest === undefined) throw new NoPlace(full)
    this.#taken.delete(longest)
    this.#deps.end(longest.holder)
  }
}

/** There is none, and nothing was contacted. */
export class NoPlace extends UpstreamFault {
  constructor(full: string) {
    const message = `Omni2 could not try: ${full}, which is the most`
    const nextAction = 'End sessions that are not needed any more.'
    super('inconclusive', { code: 'timeout', stage: 'connect', message, nextAction })
  }
}
