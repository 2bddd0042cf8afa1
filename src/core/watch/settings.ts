import type { Json } from '../capabilities.ts'
import { type BreakerConfig, DEFAULT_BREAKER } from '../health/breaker-config.ts'
import { DEFAULT_CALL_DAYS, DEFAULT_INCIDENT_DAYS, type Retention } from '../history/retention.ts'
import type { Store } from '../ports.ts'
import type { Journal } from './journal.ts'

/** What people set while Omni2 runs. */
export type SettingsValues = { readonly breaker: BreakerConfig; readonly retention: Retention }

type Deps = {
  readonly store: Pick<Store, 'setting'>
  readonly journal: Pick<Journal, 'write'>
  /** From the configuration; what was set at run time wins. */
  readonly defaultRetentionDays: number
  /** How settings are written and read back; reading throws for what is not a setting. */
  readonly stored: {
    readonly fromBreaker: (breaker: BreakerConfig) => Json
    readonly toBreaker: (json: Json) => BreakerConfig
    readonly fromRetention: (retention: Retention) => Readonly<Record<string, Json>>
    /** `retention` with what `json` names. */
    readonly toRetention: (json: Readonly<Record<string, Json>>, retention: Retention) => Retention
  }
}

const KEPT_DAYS = ['retention_days', 'health_log_days', 'event_days', 'incident_days', 'call_days'] as const

/** The fleet-wide settings, in memory and in the store. */
export class Settings {
  readonly #deps: Deps
  #values: SettingsValues

  constructor(deps: Deps) {
    this.#deps = deps
    const retention = {
      days: deps.defaultRetentionDays,
      healthLogDays: undefined,
      eventDays: undefined,
      incidentDays: DEFAULT_INCIDENT_DAYS,
      callDays: DEFAULT_CALL_DAYS,
    }
    this.#values = { breaker: DEFAULT_BREAKER, retention }
  }

  get values(): SettingsValues {
    return this.#values
  }

  async load(): Promise<void> {
    const { store, stored } = this.#deps
    const breaker = await store.setting('breaker')
    const kept: Record<string, Json> = {}
    for (const key of KEPT_DAYS) {
      const days = await store.setting(key)
      if (days !== undefined) kept[key] = days
    }
    this.#values = {
      breaker: breaker === undefined ? this.#values.breaker : stored.toBreaker(breaker),
      retention: stored.toRetention(kept, this.#values.retention),
    }
  }

  async saveBreaker(breaker: BreakerConfig): Promise<void> {
    const { journal, stored } = this.#deps
    await journal.write([{ type: 'setting_saved', key: 'breaker', value: stored.fromBreaker(breaker) }])
    this.#values = { ...this.#values, breaker }
  }

  /** Keeps what differs from now: the rest goes on following the configuration. */
  async saveRetention(retention: Retention): Promise<void> {
    const { journal, stored } = this.#deps
    const before = stored.fromRetention(this.#values.retention)
    const changed = Object.entries(stored.fromRetention(retention)).filter(([key, days]) => before[key] !== days)
    await journal.write(changed.map(([key, value]) => ({ type: 'setting_saved', key, value })))
    this.#values = { ...this.#values, retention }
  }
}
