import type { Omni2 } from './omni2.ts'

/** What Omni2 tells of itself at `/metrics`. Reading it begins the lag of its event loop anew. */
export class OwnMetrics {
  readonly #text: string

  static async read(omni2: Omni2): Promise<OwnMetrics> {
    const answer = await omni2.fetch('/metrics')
    return new OwnMetrics(await answer.text())
  }

  private constructor(text: string) {
    this.#text = text
  }

  /** Checks made of a server, whatever came of them. */
  checksOf(name: string): number {
    return this.#sum(`omni2_checks_total{server="${name}"`)
  }

  /** Writes that wait for the database. */
  get backlog(): number {
    return this.#sum('omni2_store_backlog ')
  }

  /** The 99th percentile since this was read last, in milliseconds. */
  get loopLagMs(): number {
    return this.#sum('nodejs_eventloop_lag_p99_seconds ') * 1_000
  }

  #sum(prefix: string): number {
    return this.#text
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }
}
