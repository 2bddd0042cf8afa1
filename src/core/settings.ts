import { type BreakerConfig, DEFAULT_BREAKER } from './breaker-config.ts'
import type { Json } from './capabilities.ts'
import type { Journal } from './journal.ts'
import type { Store } from './ports.ts'

/** What people set while Omni2 runs. `retentionDays` is for logs and events alike. */
export type SettingsValues = { readonly breaker: BreakerConfig; readonly retentionDays: number }

type Deps = {
  readonly store: Pick<Store, 'setting'>
  readonly journal: Pick<Journal, 'write'>
  /** From the configuration; what was set at run time wins. */
  readonly defaultRetentionDays: number
  /** Reads back what was stored; @throws AppError for what is not a setting. */
  readonly parse: {
    readonly breaker: (stored: Json) => BreakerConfig
    readonly retentionDays: (stored: Json) => number
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
    const { store, parse } = this.#deps
    const [breaker, retentionDays] = await Promise.all([store.setting('breaker'), store.setting('retention_days')])
    this.#values = {
      breaker: breaker === undefined ? this.#values.breaker : parse.breaker(breaker),
      retentionDays: retentionDays === undefined ? this.#values.retentionDays : parse.retentionDays(retentionDays),
    }
  }

  async saveBreaker(breaker: BreakerConfig): Promise<void> {
    await this.#deps.journal.write([{ type: 'setting_saved', key: 'breaker', value: breaker }])
    this.#values = { ...this.#values, breaker }
  }

  async saveRetentionDays(retentionDays: number): Promise<void> {
    await this.#deps.journal.write([{ type: 'setting_saved', key: 'retention_days', value: retentionDays }])
    this.#values = { ...this.#values, retentionDays }
  }
}
