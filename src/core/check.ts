import type { Capabilities } from './capabilities.ts'

/** What a check or a call says about the upstream, as classified in the health rules. */
export const OUTCOMES = [
  'ok',
  'connect',
  'protocol',
  'auth',
  'throttled',
  'app_error',
  'cancelled',
  'inconclusive',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why a check was made. */
export const TRIGGERS = ['scheduled', 'manual', 'passive', 'canary', 'reload'] as const
export type Trigger = (typeof TRIGGERS)[number]

export const STAGES = ['dns', 'connect', 'tls', 'auth', 'spawn', 'handshake', 'tools_list'] as const
export type Stage = (typeof STAGES)[number]

export const REASON_CODES = [
  'dns_failed',
  'connect_refused',
  'connect_timeout',
  'connection_reset',
  'tls_failed',
  'process_exited',
  'spawn_failed',
  'timeout',
  'http_status',
  'invalid_response',
  'response_too_large',
  'redirect_refused',
  'address_not_allowed',
  'auth_required',
  'throttled',
  'protocol_mismatch',
  'user_disabled',
  'auto_disabled',
  'circuit_open',
  'never_checked',
  'stale',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

/** `legacy`: revisions of the protocol up to 2025-11-25. */
export const ERAS = ['modern', 'legacy'] as const
export type Era = (typeof ERAS)[number]

export type StageResult = { readonly stage: Stage; readonly ok: boolean; readonly ms: number }

/** Why a person should care, and what they can do. Texts are for people and carry no secret. */
export type Failure = {
  readonly code: ReasonCode
  readonly stage: Stage
  readonly message: string
  readonly nextAction: string
}

export type ServerInfo = { readonly name: string; readonly version: string }

/** The upstream answered, whatever it said. */
export const isAlive = (outcome: Outcome): boolean => outcome === 'ok' || outcome === 'app_error'

/** What the upstream said of itself in its handshake. */
export type Identity = {
  readonly era: Era
  readonly protocolVersion: string
  readonly serverInfo: ServerInfo | undefined
  /** For the model that uses it; most servers have none. */
  readonly instructions?: string | undefined
}

/** How one check went. A failing upstream is a result, never an error. */
export type CheckResult = {
  readonly stages: readonly StageResult[]
  /** From the first byte sent (or the process started) to the verdict. */
  readonly responseTimeMs: number
  readonly identity: Identity | undefined
  /** Present when this check listed everything; a failed listing keeps the last one. */
  readonly capabilities: Capabilities | undefined
} & (
  | { readonly outcome: 'ok' | 'app_error' }
  | { readonly outcome: 'connect' | 'protocol' | 'auth' | 'inconclusive' | 'cancelled'; readonly failure: Failure }
  | { readonly outcome: 'throttled'; readonly failure: Failure; readonly retryAfterMs: number | undefined }
)
