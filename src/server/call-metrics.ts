import { CALL_OUTCOMES } from '../api/calls.ts'
import type { CallOutcome, StoredCall } from '../core/gateway/call-history.ts'
import type { ServerId } from '../core/ids.ts'

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

type Counts = {
  server: string
  readonly outcomes: Map<CallOutcome, number>
  /** Of each bucket alone; the last is for everything slower. */
  readonly buckets: number[]
  seconds: number
}

/** Counts calls of agents by server, as plain numbers that become text only when somebody asks. */
export class CallMetrics {
  readonly #servers = new Map<ServerId, Counts>()

  count(calls: readonly StoredCall[]): void {
    for (const { serverId, server, outcome, durationMs } of calls) {
      const counts = this.#of(serverId, server)
      counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1)
      const seconds = durationMs / 1_000
      const bucket = BUCKETS.findIndex((bound) => seconds <= bound)
      const at = bucket === -1 ? BUCKETS.length : bucket
      counts.buckets[at] = (counts.buckets[at] ?? 0) + 1
      counts.seconds += seconds
    }
  }

  forget(id: ServerId): void {
    this.#servers.delete(id)
  }

  text(): string {
    const servers = [...this.#servers.values()]
    return [
      '# HELP omni2_calls_total Calls of agents, by server and outcome\n',
      '# TYPE omni2_calls_total counter\n',
      ...servers.map(totals),
      '# HELP omni2_call_duration_seconds How long calls of agents took\n',
      '# TYPE omni2_call_duration_seconds histogram\n',
      ...servers.map(histogram),
    ].join('')
  }

  #of(id: ServerId, server: string): Counts {
    const known = this.#servers.get(id)
    if (known) {
      known.server = server
      return known
    }
    const buckets = Array.from({ length: BUCKETS.length + 1 }, () => 0)
    const counts = { server, outcomes: new Map(), buckets, seconds: 0 }
    this.#servers.set(id, counts)
    return counts
  }
}

/** Nothing in a server's name needs escaping. */
const totals = ({ server, outcomes }: Counts): string =>
  CALL_OUTCOMES.filter((outcome) => outcomes.has(outcome))
    .map((outcome) => `omni2_calls_total{server="${server}",outcome="${outcome}"} ${outcomes.get(outcome)}\n`)
    .join('')

function histogram({ server, buckets, seconds }: Counts): string {
  let sum = 0
  const lines = buckets.map((count, at) => {
    sum += count
    return `omni2_call_duration_seconds_bucket{server="${server}",le="${BUCKETS[at] ?? '+Inf'}"} ${sum}\n`
  })
  const name = `{server="${server}"}`
  return `${lines.join('')}omni2_call_duration_seconds_sum${name} ${seconds}\nomni2_call_duration_seconds_count${name} ${sum}\n`
}
