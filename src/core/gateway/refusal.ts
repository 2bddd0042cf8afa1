import type { JsonObject } from '../capabilities.ts'
import type { Failure, Outcome, ReasonCode, Stage } from '../check.ts'
import { type Clock, type Timestamp, timestamp, toTimestamp } from '../clock.ts'
import { describe } from '../health/status.ts'
import type { Member } from '../watch/fleet.ts'

/** Why a server does not do what a client asks, for a model to act on. */
export type Refusal = {
  readonly server: string
  readonly healthStatus: string
  readonly reasonCode: ReasonCode | undefined
  readonly reason: string
  /** It was asked, or may have been, and nobody knows what it did. */
  readonly mayBeDone: boolean
  readonly nextAction: string | undefined
  readonly since: Timestamp | undefined
  /** When asking again makes sense; undefined when only a person can change it. */
  readonly retryAt: Timestamp | undefined
}

/** Whether users' calls may reach the server. */
export const isAdmitted = ({ state }: Member): boolean =>
  state.admin.kind === 'active' && state.circuit.kind === 'closed'

/** For a server that is not admitted: nothing of it was contacted. */
export function refusalOf(member: Member, clock: Clock): Refusal {
  const { state, server } = member
  const { status, reasonCode, reason, nextAction, since, circuit } = describe(state)
  const isDisabled = state.admin.kind === 'inactive'
  return {
    server: server.config.name,
    healthStatus: status,
    reasonCode,
    reason: reason ?? (isDisabled ? 'It is disabled' : 'Its circuit is open'),
    mayBeDone: false,
    nextAction,
    since: toTimestamp(since, clock),
    retryAt: isDisabled ? undefined : toTimestamp(circuit.retryAt ?? clock.now(), clock),
  }
}

type Fault = { readonly outcome: Outcome; readonly failure: Failure; readonly retryAfterMs: number | undefined }

/** For a call that the server was to answer and did not. */
export function failureOf(member: Member, { outcome, failure, retryAfterMs }: Fault, clock: Clock): Refusal {
  const { status, since } = describe(member.state)
  const isOurs = outcome === 'inconclusive' || outcome === 'cancelled'
  return {
    server: member.server.config.name,
    healthStatus: status,
    reasonCode: isOurs ? undefined : failure.code,
    reason: failure.message,
    mayBeDone: !isUndone(failure),
    nextAction: failure.nextAction,
    since: status === 'healthy' ? undefined : toTimestamp(since, clock),
    retryAt: outcome === 'auth' ? undefined : timestamp(clock.wall() + (retryAfterMs ?? CHECKED_WITHIN_MS)),
  }
}

/** For a call that found all places of the server taken, or got none before Omni2 stopped. */
export const busy = ({ server, state }: Member, clock: Clock): Refusal => ({
  server: server.config.name,
  healthStatus: describe(state).status,
  reasonCode: undefined,
  reason: 'All places for its calls are taken',
  mayBeDone: false,
  nextAction: 'Make fewer calls at once.',
  since: undefined,
  retryAt: timestamp(clock.wall() + 1_000),
})

/** There was no connection yet, or it said itself that it did not do it. */
const isUndone = ({ code, stage }: Failure): boolean =>
  BEFORE_ASKING.has(stage) ? code !== 'process_exited' : REFUSED.has(code)

const BEFORE_ASKING: ReadonlySet<Stage> = new Set(['dns', 'connect', 'tls', 'spawn'])
const REFUSED: ReadonlySet<ReasonCode> = new Set(['auth_required', 'throttled', 'redirect_refused'])

/** A failed call starts a check, which has told the truth by then. */
const CHECKED_WITHIN_MS = 5_000

export function refusalText(refusal: Refusal, clock: Clock): string {
  const { server, reason, since, retryAt, mayBeDone } = refusal
  const whole = /[.!?]$/.test(reason) ? reason : `${reason}.`
  const began = since === undefined ? '' : ` It has been so since ${iso(since)}.`
  if (retryAt === undefined) return `The server "${server}" cannot be used: ${whole}${began} Do not try it again.`
  const seconds = Math.max(1, Math.ceil((retryAt - clock.wall()) / 1_000))
  if (!mayBeDone)
    return `The server "${server}" did not do this: ${whole}${began} Try again in ${seconds} s, or go on without it.`
  return `The server "${server}" may have done this, and did not say so: ${whole}${began} Find out before you repeat it; it can be asked again in ${seconds} s.`
}

/** The same for programs: in `_meta` of a result, or `data` of an error, under `omni2/refusal`. */
export function refusalData(refusal: Refusal): JsonObject {
  const { server, healthStatus, reasonCode, reason, mayBeDone, nextAction, since, retryAt } = refusal
  return {
    'omni2/refusal': {
      server,
      health_status: healthStatus,
      reason_code: reasonCode ?? null,
      reason,
      may_be_done: mayBeDone,
      next_action: nextAction ?? null,
      since: since === undefined ? null : iso(since),
      retry_at: retryAt === undefined ? null : iso(retryAt),
    },
  }
}

const iso = (at: Timestamp): string => new Date(at).toISOString()
