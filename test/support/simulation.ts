import type { CheckResult, Failure, Outcome, Trigger } from '../../src/core/check.ts'
import { type Instant, instant, later } from '../../src/core/clock.ts'
import { DEFAULT_BREAKER } from '../../src/core/health/breaker-config.ts'
import type { Effect, HealthEvent, Step } from '../../src/core/health/health-event.ts'
import { next } from '../../src/core/health/reducer.ts'
import { initial } from '../../src/core/health/restore.ts'
import type { Policy, ServerState } from '../../src/core/health/state.ts'
import { wakeAt } from '../../src/core/health/wake.ts'

export const POLICY: Policy = { intervalMs: 60_000, timeoutMs: 10_000, breaker: DEFAULT_BREAKER }

export const failure = (code: Failure['code'] = 'connect_refused', message = 'Connection refused'): Failure => ({
  code,
  stage: 'connect',
  message,
  nextAction: 'Start the server',
})

type AnswerOptions = { readonly responseTimeMs?: number; readonly retryAfterMs?: number }

export function answer(outcome: Outcome, { responseTimeMs = 20, retryAfterMs }: AnswerOptions = {}): CheckResult {
  const measured = { stages: [], responseTimeMs, identity: undefined, capabilities: undefined }
  switch (outcome) {
    case 'ok':
    case 'app_error':
      return { ...measured, outcome }
    case 'throttled':
      return { ...measured, outcome, failure: failure('throttled', 'Too many requests'), retryAfterMs }
    case 'auth':
      return { ...measured, outcome, failure: failure('auth_required', '401 Unauthorized') }
    case 'protocol':
      return { ...measured, outcome, failure: failure('http_status', 'HTTP 500') }
    default:
      return { ...measured, outcome, failure: failure() }
  }
}

/** How the upstream meets one check: after `takesMs`, or never. */
export type Reply = { readonly result: CheckResult; readonly takesMs: number } | 'hangs'

export type Observed = Step & {
  readonly before: ServerState
  readonly event: HealthEvent
  readonly at: Instant
  readonly random: number
}

export type Told = { readonly at: Instant; readonly effect: Effect }

type Options = {
  readonly policy?: Policy
  readonly state?: ServerState
  readonly random?: () => number
  /** Sees every step; throws when it dislikes one. */
  readonly observe?: (step: Observed) => void
}

/** One server under the reducer in a world with a clock of its own: the least a monitor does. */
export class Simulation {
  state: ServerState
  now: Instant
  /** What the upstream does with each check from now on. */
  reply: () => Reply = () => ({ result: answer('ok'), takesMs: 0 })
  readonly told: Told[] = []
  readonly #random: () => number
  readonly #observe: (step: Observed) => void
  #lastAt: Instant | undefined
  #atOnce = 0
  #arriving: { readonly at: Instant; readonly token: number; readonly result: CheckResult }[] = []

  constructor({ policy = POLICY, state, random = () => 0.5, observe = () => {} }: Options = {}) {
    this.now = instant(0)
    this.state = state ?? initial(policy, 1, this.now)
    this.#random = random
    this.#observe = observe
  }

  answers(outcome: Outcome, options?: AnswerOptions): void {
    this.reply = () => ({ result: answer(outcome, options), takesMs: 0 })
  }

  send(event: HealthEvent): readonly Effect[] {
    const before = this.state
    const random = this.#random()
    const step = next(before, event, this.now, random)
    this.state = step.state
    for (const effect of step.effects) {
      this.told.push({ at: this.now, effect })
      if (effect.type === 'run_check') this.#meet(effect.token)
    }
    this.#observe({ before, event, at: this.now, random, ...step })
    return step.effects
  }

  /** The process came back with this state; what was in flight died with the old one. */
  restarted(state: ServerState, effects: readonly Effect[]): void {
    this.state = state
    this.#arriving = []
    for (const effect of effects) this.told.push({ at: this.now, effect })
  }

  request(trigger: Trigger, deep = false): readonly Effect[] {
    return this.send({ type: 'check_requested', trigger, deep, leaseMs: this.state.policy.timeoutMs + 1_000 })
  }

  /** Lets all happen that is due within `ms`. */
  pass(ms: number): void {
    const end = later(this.now, ms)
    for (let at = this.#nextMoment(); at <= end; at = this.#nextMoment()) {
      this.now = instant(Math.max(this.now, at))
      this.#happen()
    }
    this.now = end
  }

  /** Goes on until `count` more checks have started, or `limitMs` passed; answers how many did. */
  checks(count: number, limitMs = 86_400_000): number {
    const end = later(this.now, limitMs)
    const first = this.state.lastToken
    while (this.state.lastToken - first < count && this.#nextMoment() <= end) {
      this.now = instant(Math.max(this.now, this.#nextMoment()))
      this.#happen()
    }
    return this.state.lastToken - first
  }

  count(type: Effect['type']): number {
    return this.told.filter(({ effect }) => effect.type === type).length
  }

  /** Status changes as `[seconds, status]`. */
  get statuses(): readonly (readonly [number, string])[] {
    return this.told.flatMap(({ at, effect }) =>
      effect.type === 'status_changed' ? [[at / 1_000, effect.to] as const] : [],
    )
  }

  #nextMoment(): Instant {
    return instant(Math.min(wakeAt(this.state) ?? Number.POSITIVE_INFINITY, ...this.#arriving.map(({ at }) => at)))
  }

  #happen(): void {
    const before = this.state
    this.#atOnce = this.now === this.#lastAt ? this.#atOnce + 1 : 0
    this.#lastAt = this.now
    if (this.#atOnce > 100) throw new Error(`Time stands still at ${this.now}: ${JSON.stringify(before)}`)
    const arrived = this.#arriving.find(({ at }) => at <= this.now)
    if (arrived) {
      this.#arriving = this.#arriving.filter((other) => other !== arrived)
      this.send({ type: 'check_finished', token: arrived.token, result: arrived.result })
      return
    }
    const { inFlight, nextCheck } = before
    if (!inFlight && nextCheck && nextCheck.at <= this.now) this.request(nextCheck.trigger, nextCheck.deep)
    else this.send({ type: 'time_passed' })
    if (this.state === before) throw new Error(`Woken for nothing at ${this.now}: ${JSON.stringify(before)}`)
  }

  #meet(token: number): void {
    const reply = this.reply()
    if (reply !== 'hangs') this.#arriving.push({ at: later(this.now, reply.takesMs), token, result: reply.result })
  }
}
