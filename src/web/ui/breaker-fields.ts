import type { BreakerConfigView } from '../../api/breaker.ts'

/** One setting as people read it. `unit` is absent for what is on or off; `unset` says what an empty field means. */
export type SettingField = {
  readonly label: string
  readonly about: string
  readonly unit?: string
  readonly unset?: string
}

export const BREAKER_FIELDS = {
  enabled: {
    label: 'Circuit breaker',
    about: 'Cuts off a server that keeps failing, so that nobody waits for it. Off: every call is tried.',
  },
  failure_threshold: {
    label: 'Failures until it opens',
    about: 'Failures in a row after which calls are refused at once.',
    unit: 'failures',
  },
  timeout_seconds: {
    label: 'First pause',
    about:
      'How long calls are refused until a canary check tries the server. Doubles when that fails, up to 5 minutes.',
    unit: 'seconds',
  },
  half_open_max_calls: {
    label: 'Canary checks until it closes',
    about: 'Canary checks in a row that must pass before calls are let through again.',
    unit: 'checks',
  },
  auto_disable_enabled: {
    label: 'Automatic disable',
    about: 'Gives up a server that never comes back. It is looked at once an hour, and a person enables it again.',
  },
  max_failure_cycles: {
    label: 'Failed canaries until it is disabled',
    about: 'In a row, and only once it was down for 30 minutes; never while many servers fail at the same time.',
    unit: 'cycles',
  },
} as const satisfies Record<keyof BreakerConfigView, SettingField>
