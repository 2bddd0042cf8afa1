import { z } from 'zod'
import { DEFAULT_BREAKER } from '../core/health/breaker-config.ts'
import { CircuitView } from './server-view.ts'
import { Id, Version } from './wire.ts'

const fields = {
  enabled: z.boolean(),
  /** Consecutive failures that open the circuit. */
  failure_threshold: z.int().min(1).max(100),
  /** Base of the open time. */
  timeout_seconds: z.int().min(1).max(3_600),
  /** Canary checks in a row that must pass to close it. */
  half_open_max_calls: z.int().min(1).max(100),
  max_failure_cycles: z.int().min(1).max(1_000),
  auto_disable_enabled: z.boolean(),
}

export const BreakerConfigView = z.object(fields).meta({ id: 'BreakerConfig' })
export type BreakerConfigView = z.infer<typeof BreakerConfigView>

export const BREAKER_DEFAULTS: BreakerConfigView = {
  enabled: DEFAULT_BREAKER.enabled,
  failure_threshold: DEFAULT_BREAKER.failureThreshold,
  timeout_seconds: DEFAULT_BREAKER.openMs / 1_000,
  half_open_max_calls: DEFAULT_BREAKER.halfOpenMaxCalls,
  max_failure_cycles: DEFAULT_BREAKER.maxFailureCycles,
  auto_disable_enabled: DEFAULT_BREAKER.autoDisableEnabled,
}

/** Fields left out keep their value. */
export const BreakerConfigInput = z.strictObject(fields).partial()
export type BreakerConfigInput = z.infer<typeof BreakerConfigInput>

/** What one server has of its own; a field left out or null follows the fleet, null clears all of it. */
export const BreakerOverrideInput = z
  .strictObject({
    enabled: fields.enabled.nullable(),
    failure_threshold: fields.failure_threshold.nullable(),
    timeout_seconds: fields.timeout_seconds.nullable(),
    half_open_max_calls: fields.half_open_max_calls.nullable(),
    max_failure_cycles: fields.max_failure_cycles.nullable(),
    auto_disable_enabled: fields.auto_disable_enabled.nullable(),
  })
  .partial()
  .nullable()
export type BreakerOverrideInput = z.infer<typeof BreakerOverrideInput>

/** One server's breaker: where it stands, the settings in force, and which of them are its own. */
export const BreakerView = CircuitView.extend({
  server_id: Id,
  server_name: z.string(),
  version: Version,
  config: BreakerConfigView,
  override: BreakerConfigView.partial().nullable(),
}).meta({ id: 'Breaker' })
export type BreakerView = z.infer<typeof BreakerView>
