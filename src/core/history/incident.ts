import type { ReasonCode, Stage, StageResult, Trigger } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'

/** What can end an incident: the check that passed, or what a person did. */
export const ENDINGS = [
  'scheduled',
  'manual',
  'passive',
  'canary',
  'reload',
  'configuration',
  'enabled',
  'disabled',
  'reset',
] as const satisfies readonly (Trigger | 'configuration' | 'enabled' | 'disabled' | 'reset')[]
export type Ending = (typeof ENDINGS)[number]

/** How bad an incident became, the worst last. `disabled`: given up on by Omni2. */
export const SEVERENESS = ['unhealthy', 'disconnected', 'circuit_open', 'disabled'] as const
export type Worst = (typeof SEVERENESS)[number]

/** What was seen first. `stages` of the check that saw it, empty when it was no check. */
export type Cause = {
  readonly code: ReasonCode
  readonly message: string
  readonly nextAction: string
  readonly stage: Stage | undefined
  readonly stages: readonly StageResult[]
}

/** An outage, from the moment a server counted as down until it was up again or was no longer watched. */
export type Incident = {
  readonly id: number
  readonly serverId: ServerId
  readonly startedAt: Timestamp
  readonly cause: Cause
  readonly worst: Worst
  /** How often the circuit opened meanwhile. */
  readonly cycles: number
  readonly ended: { readonly at: Timestamp; readonly by: Ending } | undefined
}
