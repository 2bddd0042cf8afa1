import type { BreakerConfigInput, BreakerConfigView, BreakerOverrideInput, BreakerView } from '../../api/breaker.ts'
import type { Clock } from '../../core/clock.ts'
import type { BreakerConfig } from '../../core/health/breaker-config.ts'
import { describe } from '../../core/health/status.ts'
import type { Member } from '../../core/watch/fleet.ts'
import { circuitView } from './server.ts'

/** The settings in force are the fleet's with this server's own laid over them. */
export function breakerView({ server, state, version }: Member, fleet: BreakerConfig, clock: Clock): BreakerView {
  const { name, breakerOverride } = server.config
  return {
    server_id: server.id,
    server_name: name,
    version,
    ...circuitView(describe(state).circuit, clock),
    config: breakerConfigView({ ...fleet, ...breakerOverride }),
    override: overrideView(breakerOverride),
  }
}

export const breakerConfigView = (config: BreakerConfig): BreakerConfigView => ({
  enabled: config.enabled,
  failure_threshold: config.failureThreshold,
  timeout_seconds: config.openMs / 1_000,
  half_open_max_calls: config.halfOpenMaxCalls,
  max_failure_cycles: config.maxFailureCycles,
  auto_disable_enabled: config.autoDisableEnabled,
})

/** `current` with what `input` says. */
export const changedBreaker = (current: BreakerConfig, input: BreakerConfigInput): BreakerConfig => ({
  ...current,
  ...breakerOverride(input),
})

/** Only what is set: the rest follows the fleet. */
export function breakerOverride(input: BreakerOverrideInput): Partial<BreakerConfig> {
  const { enabled, failure_threshold, timeout_seconds, half_open_max_calls, max_failure_cycles, auto_disable_enabled } =
    input ?? {}
  return {
    ...(enabled == null ? {} : { enabled }),
    ...(failure_threshold == null ? {} : { failureThreshold: failure_threshold }),
    ...(timeout_seconds == null ? {} : { openMs: timeout_seconds * 1_000 }),
    ...(half_open_max_calls == null ? {} : { halfOpenMaxCalls: half_open_max_calls }),
    ...(max_failure_cycles == null ? {} : { maxFailureCycles: max_failure_cycles }),
    ...(auto_disable_enabled == null ? {} : { autoDisableEnabled: auto_disable_enabled }),
  }
}

function overrideView(own: Partial<BreakerConfig>): BreakerView['override'] {
  if (Object.keys(own).length === 0) return null
  return {
    enabled: own.enabled,
    failure_threshold: own.failureThreshold,
    timeout_seconds: own.openMs === undefined ? undefined : own.openMs / 1_000,
    half_open_max_calls: own.halfOpenMaxCalls,
    max_failure_cycles: own.maxFailureCycles,
    auto_disable_enabled: own.autoDisableEnabled,
  }
}
