import { type Clock, toTimestamp } from '../clock.ts'
import { AppError } from '../errors.ts'
import { isAdmitted } from '../gateway/refusal.ts'
import { describe } from '../health/status.ts'
import type { ServerId } from '../ids.ts'
import type { CallResult, ToolCall, Upstreams } from '../ports.ts'
import type { Bulkhead } from './bulkhead.ts'
import type { Fleet, Member } from './fleet.ts'
import type { Monitor } from './monitor.ts'

type Deps = {
  readonly fleet: Fleet
  readonly monitor: Pick<Monitor, 'observeCall'>
  readonly upstreams: Pick<Upstreams, 'callTool'>
  /** Shared with whatever else calls these servers. */
  readonly bulkhead: Bulkhead
  readonly clock: Clock
}

type Call = ToolCall & { readonly principal: string }

/** `waitedMs`: in line for a place. */
export type Called = { readonly result: CallResult; readonly waitedMs: number }

/** Users' calls to tools: only to servers that may be called, and each one tells the breaker how it went. */
export class Calls {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Runs one tool. A server that fails is a result.
   * @throws AppError 'not_found', 'conflict' for a disabled server, 'circuit_open' before anything is contacted,
   *   'unavailable' when too many calls wait for this server.
   */
  async callTool(id: ServerId, { principal, ...call }: Call, signal: AbortSignal): Promise<Called> {
    const { fleet, monitor, upstreams, bulkhead, clock } = this.#deps
    const member = fleet.get(id)
    admit(member, clock)
    const askedAt = clock.now()
    let waitedMs = 0
    const result = await bulkhead.run(id, signal, () => {
      waitedMs = clock.now() - askedAt
      return upstreams.callTool(member.server, call, signal)
    })
    monitor.observeCall(id, result.outcome, `${principal} ${call.tool}`)
    return { result, waitedMs }
  }
}

function admit(member: Member, clock: Clock): void {
  if (isAdmitted(member)) return
  const { server, state } = member
  const { name } = server.config
  if (state.admin.kind === 'inactive')
    throw new AppError('conflict', `"${name}" is disabled; enable it to call its tools`)
  const { circuit, reason } = describe(state)
  const retryAt = circuit.retryAt ?? clock.now()
  const when = new Date(toTimestamp(retryAt, clock)).toISOString()
  throw new AppError('circuit_open', `The circuit of "${name}" is open until ${when}. ${reason}`, {
    retryAfterMs: Math.max(1_000, retryAt - clock.now()),
  })
}
