import type { JsonObject } from '../capabilities.ts'
import type { Failure, ReasonCode } from '../check.ts'
import { type Clock, type Timestamp, timestamp, toTimestamp } from '../clock.ts'
import { describe } from '../health/status.ts'
import type { Member } from '../watch/fleet.ts'

/** Why a server does not do what a client asks, for a model to act on. */
export type Refusal = {
  readonly server: string
  readonly healthStatus: string
  readonly reasonCode: ReasonCode | undefined
  readonly reason: string
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
    nextAction,
    since: toTimestamp(since, clock),
    retryAt: isDisabled ? undefined : toTimestamp(circuit.retryAt ?? clock.now(), clock),
  }
}

/** For a call that the server was to answer and did not. */
export function failureOf(member: Member, failure: Failure, clock: Clock): Refusal {
  const { status, since } = describe(member.state)
  return {
    server: member.server.config.name,
    healthStatus: status,
    reasonCode: failure.code,
    reason: failure.message,
    nextAction: failure.nextAction,
    since: status === 'healthy' ? undefined : toTimestamp(since, clock),
    retryAt: timestamp(clock.wall() + CHECKED_WITHIN_MS),
  }
}

/** For a call that found all places of the server taken. */
export const busy = ({ server, state }: Member, clock: Clock): Refusal => ({
  server: server.config.name,
  healthStatus: describe(state).status,
  reasonCode: undefined,
  reason: 'Too many calls wait for it',
  nextAction: 'Make fewer calls at once.',
  since: undefined,
  retryAt: timestamp(clock.wall() + 1_000),
})

/** A failed call starts a check, which has told the truth by then. */
const CHECKED_WITHIN_MS = 5_000

export function refusalText(refusal: Refusal, clock: Clock): string {
  const { server, reason, since, retryAt } = refusal
  const whole = /[.!?]$/.test(reason) ? reason : `${reason}.`
  const began = since === undefined ? '' : ` It has been so since ${iso(since)}.`
  if (retryAt === undefined) return `The server "${server}" cannot be used: ${whole}${began} Do not try it again.`
  const seconds = Math.max(1, Math.ceil((retryAt - clock.wall()) / 1_000))
  return `The server "${server}" did not do this: ${whole}${began} Try again in ${seconds} s, or go on without it.`
}

/** The same for programs: in `_meta` of a result, or `data` of an error, under `omni2/refusal`. */
export function refusalData(refusal: Refusal): JsonObject {
  const { server, healthStatus, reasonCode, reason, nextAction, since, retryAt } = refusal
  return {
    'omni2/refusal': {
      server,
      health_status: healthStatus,
      reason_code: reasonCode ?? null,
      reason,
      next_action: nextAction ?? null,
      since: since === undefined ? null : iso(since),
      retry_at: retryAt === undefined ? null : iso(retryAt),
    },
  }
}

const iso = (at: Timestamp): string => new Date(at).toISOString()
