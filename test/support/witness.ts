import type { Outcome } from '../../src/core/check.ts'
import { type Instant, instant } from '../../src/core/clock.ts'
import { next } from '../../src/core/health/reducer.ts'
import type { CheckInFlight, ServerState } from '../../src/core/health/state.ts'
import type { Observed } from './simulation.ts'

/** One step, with what time alone made of the state before the event came. */
export type Seen = Observed & {
  readonly aged: ServerState
  /** The check this step ended with a verdict on the server, if any. */
  readonly judged: { readonly check: CheckInFlight; readonly outcome: Outcome } | undefined
}

/** What a bystander counts who knows the rules' words but not the reducer. */
export class Witness {
  /** Of active checks, in a row. */
  failures = 0
  successes = 0
  /** Successes at least nine tenths of an interval apart. */
  spacedSuccesses = 0
  failedCanaries = 0
  lastSuccessAt: Instant | undefined
  /** Longest Retry-After since the last success, as far as it is honoured. */
  waitedMs = 0
  #spacedAt = instant(Number.NEGATIVE_INFINITY)

  see(step: Observed): Seen {
    const aged = next(step.before, { type: 'time_passed' }, step.at, step.random).state
    const check =
      step.event.type === 'check_finished' && step.event.token === aged.inFlight?.token ? aged.inFlight : undefined
    const outcome = step.event.type === 'check_finished' ? step.event.result.outcome : undefined
    const judged = check && outcome && !check.observing ? { check, outcome } : undefined
    if (step.state.generation !== step.before.generation) this.failedCanaries = 0
    if (step.state.generation !== step.before.generation && step.state.health.kind === 'unknown') this.#forget()
    if (aged.circuit.kind !== step.before.circuit.kind) this.failedCanaries += 1
    if (judged) this.#count(judged.outcome, step)
    return { ...step, aged, judged }
  }

  #count(outcome: Outcome, { at, event, state, before }: Observed): void {
    const canary = before.circuit.kind === 'half_open'
    switch (outcome) {
      case 'ok':
      case 'app_error':
        this.failures = 0
        this.successes += 1
        this.failedCanaries = 0
        this.lastSuccessAt = at
        this.waitedMs = 0
        if (at - this.#spacedAt >= 0.9 * state.policy.intervalMs) {
          this.spacedSuccesses += 1
          this.#spacedAt = at
        }
        return
      case 'connect':
      case 'protocol':
        this.failures += 1
        if (canary) this.failedCanaries += 1
        break
      case 'auth':
        if (canary) this.failedCanaries = 0
        break
      case 'throttled':
        if (event.type === 'check_finished' && event.result.outcome === 'throttled') {
          this.waitedMs = Math.max(this.waitedMs, Math.min(300_000, event.result.retryAfterMs ?? 0))
        }
        return
      default:
        return
    }
    this.successes = 0
    this.spacedSuccesses = 0
    this.#spacedAt = instant(Number.NEGATIVE_INFINITY)
  }

  #forget(): void {
    this.failures = 0
    this.successes = 0
    this.spacedSuccesses = 0
    this.#spacedAt = instant(Number.NEGATIVE_INFINITY)
  }
}
