import type { Logger } from 'pino'
import type { Tracing } from './otlp-tracing.ts'

type Deps = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Undefined, and nothing is loaded, unless the standard variables of OpenTelemetry say where traces are to go. */
export async function openTracing({ env, version, log }: Deps): Promise<Tracing | undefined> {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  const isOff = env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  if (!endpoint || isOff) return undefined
  const { startTracing } = await import('./otlp-tracing.ts')
  const delay = Number(env.OTEL_BSP_SCHEDULE_DELAY)
  return startTracing({ serviceName: env.OTEL_SERVICE_NAME, version, delayMs: delay > 0 ? delay : undefined, log })
}
