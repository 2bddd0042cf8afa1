import type { Json } from '../capabilities.ts'
import { DEFAULT_GATEWAY, type GatewaySettings } from '../gateway/gateway-settings.ts'
import { type BreakerConfig, DEFAULT_BREAKER } from '../health/breaker-config.ts'
import { DEFAULT_CALL_DAYS, DEFAULT_INCIDENT_DAYS, DEFAULT_PAYLOAD_DAYS, type Retention } from '../history/retention.ts'
import type { Store } from '../ports.ts'
import type { Journal } from './journal.ts'
import { Turns } from './turns.ts'

/** Settings that are kept one by one, each under its name on the wire. */
export type CommonSettings = { readonly retention: Retention; readonly gateway: GatewaySettings }

/** What people set while Omni2 runs. */
export type SettingsValues = CommonSettings & { readonly breaker: BreakerConfig }

type Deps = {
  readonly store: Pick<Store, 'setting'>
  readonly journal: Pick<Journal, 'write' | 'outage'>
  /** From the configuration; what was set at run time wins. */
  readonly defaultRetentionDays: number
  /** How settings are written and read back; reading throws for what is not a setting. */
  readonly stored: {
    readonly fromBreaker: (breaker: BreakerConfig) => Json
    readonly toBreaker: (json: Json) => BreakerConfig
    readonly fromCommon: (settings: CommonSettings) => Readonly<Record<string, Json>>
    /** `settings` with what `json` names. */
    readonly toCommon: (json: Readonly<Record<string, Json>>, settings: CommonSettings) => CommonSettings
  }
}

/** The fleet-wide settings, in memory and in the store. */
export class Settings {
  readonly #deps: Deps
  /** Of people who change settings: each change is of what the one before it left. */
  readonly #turns = new Turns<'settings'>()
  #values: SettingsValues

  constructor(deps: Deps) {
    this.#deps = deps
    const retention = {
      days: deps.defaultRetentionDays,
      healthLogDays: undefined,
      eventDays: undefined,
      incidentDays: DEFAULT_INCIDENT_DAYS,
      callDays: DEFAULT_CALL_DAYS,
      payloadDays: DEFAULT_PAYLOAD_DAYS,
    }
    this.#values = { breaker: DEFAULT_BREAKER, retention, gateway: DEFAULT_GATEWAY }
  }

  get values(): SettingsValues {
    return this.#values
  }

  async load(): Promise<void> {
    const { store, stored } = this.#deps
    const breaker = await store.setting('breaker')
    const kept: Record<string, Json> = {}
    for (const key of Object.keys(stored.fromCommon(this.#values))) {
      const value = await store.setting(key)
      if (value !== undefined) kept[key] = value
    }
    this.#values = {
      ...stored.toCommon(kept, this.#values),
      breaker: breaker === undefined ? this.#values.breaker : stored.toBreaker(breaker),
    }
  }

  /** @throws AppError 'unavailable' while the store is down, and what `change` throws. */
  saveBreaker(change: (now: BreakerConfig) => BreakerConfig): Promise<void> {
    const { journal, stored } = this.#deps
    return this.#inTurn(async () => {
      const breaker = change(this.#values.breaker)
      await journal.write([{ type: 'setting_saved', key: 'breaker', value: stored.fromBreaker(breaker) }])
      this.#values = { ...this.#values, breaker }
    })
  }

  /** The same; keeps what differs from now: the rest goes on following the configuration. */
  saveCommon(change: (now: CommonSettings) => CommonSettings): Promise<void> {
    const { journal, stored } = this.#deps
    return this.#inTurn(async () => {
      const before = stored.fromCommon(this.#values)
      const settings = change(this.#values)
      const changed = Object.entries(stored.fromCommon(settings)).filter(([key, value]) => before[key] !== value)
      await journal.write(changed.map(([key, value]) => ({ type: 'setting_saved', key, value })))
      this.#values = { ...this.#values, ...settings }
    })
  }

  async #inTurn(save: () => Promise<void>): Promise<void> {
    const { outage } = this.#deps.journal
    // Before its turn: the one who has it may be waiting for the store.
    if (outage) throw outage
    await this.#turns.take('settings', save)
  }
}
