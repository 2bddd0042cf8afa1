import type { BreakerView } from '../../api/breaker.ts'
import { ago, until } from '../../api/time-text.ts'
import type { Paint } from './paint.ts'
import { oneLine } from './printable.ts'

/** Where one breaker stands, and the settings in force with those that are the server's own marked. */
export function breakerText(breaker: BreakerView, paint: Paint, now: number): string {
  const { state, failure_count, failure_cycles, opened_at, retry_at, config, override } = breaker
  const colour = state === 'closed' ? paint.good : paint.warn
  const opened = opened_at === null ? '' : `, opened ${ago(opened_at, now)}`
  const retry = retry_at === null ? '' : `, retry ${until(retry_at, now)}`
  const own = new Set(Object.keys(override ?? {}))
  return [
    `${paint.strong(oneLine(breaker.server_name))}: circuit ${colour(state)}${opened}${retry}`,
    `  ${failure_count} failures in a row, ${failure_cycles} failure cycles`,
    ...Object.entries(config).map(
      ([name, value]) => `  ${paint.quiet(name.padEnd(22))} ${value}${own.has(name) ? ' (of this server)' : ''}`,
    ),
  ].join('\n')
}
