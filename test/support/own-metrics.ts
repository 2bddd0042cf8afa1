import type { Outcome } from '../../src/core/check.ts'
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
    return this.#sum('omni2_checks_total', `server="${name}"`)
  }

  /** Checks that ended in one way. */
  checksWith(outcome: Outcome): number {
    return this.#sum('omni2_checks_total', `outcome="${outcome}"`)
  }

  /** Checks of all servers. */
  get checks(): number {
    return this.#sum('omni2_checks_total')
  }

  /** How many servers are healthy. */
  get healthy(): number {
    return this.#sum('omni2_server_status', 'status="healthy"')
  }

  /** Writes that wait for the database. */
  get backlog(): number {
    return this.#sum('omni2_store_backlog')
  }

  /** The 99th percentile since this was read last, in milliseconds. */
  get loopLagMs(): number {
    return this.#sum('nodejs_eventloop_lag_p99_seconds') * 1_000
  }

  /** Of all samples of a metric that have this label. */
  #sum(name: string, label = ''): number {
    return this.#text
      .split('\n')
      .filter((line) => /^\w+/.exec(line)?.[0] === name && line.includes(label))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
  }
}
