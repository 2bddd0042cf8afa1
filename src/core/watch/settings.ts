import type { Json } from '../capabilities.ts'
import { type BreakerConfig, DEFAULT_BREAKER } from '../health/breaker-config.ts'
import type { Store } from '../ports.ts'
import type { Journal } from './journal.ts'

/** What people set while Omni2 runs. `retentionDays` is for logs and events alike. */
export type SettingsValues = { readonly breaker: BreakerConfig; readonly retentionDays: number }

type Deps = {
  readonly store: Pick<Store, 'setting'>
  readonly journal: Pick<Journal, 'write'>
  /** From the configuration; what was set at run time wins. */
  readonly defaultRetentionDays: number
  /** How settings are written and read back; reading throws for what is not a setting. */
  readonly stored: {
    readonly fromBreaker: (breaker: BreakerConfig) => Json
    readonly toBreaker: (json: Json) => BreakerConfig
    readonly toRetentionDays: (json: Json) => number
  }
}

/** The fleet-wide settings, in memory and in the store. */
export class Settings {
  readonly #deps: Deps
  #values: SettingsValues

  constructor(deps: Deps) {
    this.#deps = deps
    this.#values = { breaker: DEFAULT_BREAKER, retentionDays: deps.defaultRetentionDays }
  }

  get values(): SettingsValues {
    return this.#values
  }

  async load(): Promise<void> {
    const { store, stored } = this.#deps
    const [breaker, retentionDays] = await Promise.all([store.setting('breaker'), store.setting('retention_days')])
    this.#values = {
      breaker: breaker === undefined ? this.#values.breaker : stored.toBreaker(breaker),
      retentionDays: retentionDays === undefined ? this.#values.retentionDays : stored.toRetentionDays(retentionDays),
    }
  }

  async saveBreaker(breaker: BreakerConfig): Promise<void> {
    const { journal, stored } = this.#deps
    await journal.write([{ type: 'setting_saved', key: 'breaker', value: stored.fromBreaker(breaker) }])
    this.#values = { ...this.#values, breaker }
  }

  async saveRetentionDays(retentionDays: number): Promise<void> {
    await this.#deps.journal.write([{ type: 'setting_saved', key: 'retention_days', value: retentionDays }])
    this.#values = { ...this.#values, retentionDays }
  }
}
