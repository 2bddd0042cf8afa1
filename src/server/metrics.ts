import { setImmediate as nextTurn } from 'node:timers/promises'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { OUTCOMES, TRIGGERS } from '../core/check.ts'
import type { CheckNotice, StoredEvent } from '../core/events.ts'
import type { Feed } from '../core/feed.ts'
import type { StoredCall } from '../core/gateway/call-history.ts'
import { CIRCUIT_KINDS, type CircuitKind, HEALTH_STATUSES, type HealthStatus } from '../core/health/state.ts'
import type { ServerId } from '../core/ids.ts'
import { CallMetrics } from './call-metrics.ts'
import type { Answered } from './http/request-log.ts'

/** What of a server goes into the metrics; a ServerView is one. */
type ServerSample = {
  readonly name: string
  readonly health_status: HealthStatus
  readonly circuit: { readonly state: CircuitKind }
}

type Deps = {
  readonly events: Feed<StoredEvent>
  readonly checks: Feed<CheckNotice>
  readonly servers: () => readonly ServerSample[]
  readonly liveClients: () => number
  /** Calls of agents, as they are counted. */
  readonly calls: Feed<readonly StoredCall[]>
  /** Writes that wait for the database. */
  readonly backlog: () => number
}

/** So many servers are written before other work gets its turn. */
const SERVERS_AT_ONCE = 1_000

/** Counts what happens, for Prometheus, in a registry of its own. */
export class Metrics {
  readonly #deps: Deps
  readonly #registry = new Registry()
  readonly #names = new Map<ServerId, string>()
  readonly #checks: Counter<'server' | 'outcome' | 'trigger'>
  readonly #checkSeconds: Histogram<'outcome'>
  readonly #events: Counter<'type'>
  readonly #requests: Counter<'method' | 'route' | 'status'>
  readonly #requestSeconds: Histogram<'route'>
  readonly #calls = new CallMetrics()
  readonly #stop: readonly (() => void)[]

  constructor(deps: Deps) {
    this.#deps = deps
    const registers = [this.#registry]
    this.#checks = new Counter({
      name: 'omni2_checks_total',
      help: 'Checks made, by server, outcome and why they were made',
      labelNames: ['server', 'outcome', 'trigger'],
      registers,
    })
    // Not by server: buckets times servers would be too many series.
    this.#checkSeconds = new Histogram({
      name: 'omni2_check_duration_seconds',
      help: 'How long checks took',
      labelNames: ['outcome'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    })
    this.#events = new Counter({ name: 'omni2_events_total', help: 'Events stored', labelNames: ['type'], registers })
    this.#requests = new Counter({
      name: 'omni2_http_requests_total',
      help: 'Requests answered, by route',
      labelNames: ['method', 'route', 'status'],
      registers,
    })
    this.#requestSeconds = new Histogram({
      name: 'omni2_http_request_duration_seconds',
      help: 'How long requests took',
      labelNames: ['route'],
      registers,
    })
    new Gauge({
      name: 'omni2_ws_clients',
      help: 'Open live connections',
      registers,
      collect() {
        this.set(deps.liveClients())
      },
    })
    new Gauge({
      name: 'omni2_store_backlog',
      help: 'Writes that wait for the database',
      registers,
      collect() {
        this.set(deps.backlog())
      },
    })
    this.#stop = [
      deps.events.subscribe((stored) => this.#countEvent(stored)),
      deps.checks.subscribe((notice) => this.#countCheck(notice)),
      deps.calls.subscribe((calls) => this.#calls.count(calls)),
    ]
  }

  /** Adds memory, CPU, garbage collection and the lag of the event loop; once for a process, as it watches until its end. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry })
  }

  countRequest({ method, route, status, seconds }: Answered): void {
    this.#requests.inc({ method, route, status })
    this.#requestSeconds.observe({ route }, seconds)
  }

  /** Everything in the text format of Prometheus. */
  async text(): Promise<string> {
    const servers = this.#deps.servers()
    const parts = [
      await this.#registry.metrics(),
      '# HELP omni2_server_status 1 for the status a server has\n',
      '# TYPE omni2_server_status gauge\n',
    ]
    for await (const part of inParts(servers, statusLines)) parts.push(part)
    parts.push(
      '# HELP omni2_circuit_state 1 for the state a circuit breaker is in\n',
      '# TYPE omni2_circuit_state gauge\n',
    )
    for await (const part of inParts(servers, circuitLines)) parts.push(part)
    parts.push(this.#calls.text())
    return parts.join('')
  }

  close(): void {
    for (const stop of this.#stop) stop()
  }

  #countEvent({ event }: StoredEvent): void {
    this.#events.inc({ type: event.type })
    if (event.type !== 'mcp_server_deleted') return
    this.#forget(event.serverId)
    this.#calls.forget(event.serverId)
  }

  #countCheck({ serverId, serverName, outcome, trigger, responseTimeMs }: CheckNotice): void {
    if (this.#names.get(serverId) !== serverName) {
      this.#forget(serverId)
      this.#names.set(serverId, serverName)
    }
    this.#checks.inc({ server: serverName, outcome, trigger })
    this.#checkSeconds.observe({ outcome }, responseTimeMs / 1000)
  }

  /** Drops the series of a server that is gone or has another name now. */
  #forget(id: ServerId): void {
    const server = this.#names.get(id)
    if (server === undefined) return
    this.#names.delete(id)
    for (const outcome of OUTCOMES) {
      for (const trigger of TRIGGERS) this.#checks.remove({ server, outcome, trigger })
    }
  }
}

async function* inParts(
  servers: readonly ServerSample[],
  write: (server: ServerSample) => string,
): AsyncGenerator<string> {
  for (let start = 0; start < servers.length; start += SERVERS_AT_ONCE) {
    if (start > 0) await nextTurn()
    yield servers
      .slice(start, start + SERVERS_AT_ONCE)
      .map(write)
      .join('')
  }
}

/** Nothing in a server's name needs escaping. */
const statusLines = ({ name, health_status }: ServerSample): string =>
  HEALTH_STATUSES.map(
    (status) => `omni2_server_status{server="${name}",status="${status}"} ${status === health_status ? 1 : 0}\n`,
  ).join('')

const circuitLines = ({ name, circuit }: ServerSample): string =>
  CIRCUIT_KINDS.map(
    (state) => `omni2_circuit_state{server="${name}",state="${state}"} ${state === circuit.state ? 1 : 0}\n`,
  ).join('')
