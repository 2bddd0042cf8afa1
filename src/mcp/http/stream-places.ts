/**
 * Files are what a fleet of 10,000 runs out of, at two sockets a server; then checks would fail for want of one. Who
 * finds no place is told of changes by deep checks alone.
 */
const MOST_STREAMS = 2_000

/** How many standing streams may be open to all servers together. */
export class StreamPlaces {
  #free: number

  constructor(most = MOST_STREAMS) {
    this.#free = Math.min(most, MOST_STREAMS)
  }

  /** False when there is none; else the place is to be given back. */
  take(): boolean {
    if (this.#free === 0) return false
    this.#free--
    return true
  }

  giveBack(): void {
    this.#free++
  }
}
