import type { BreakerConfigView } from '../../api/breaker.ts'
import { share } from '../../api/ratio-text.ts'
import type { ServerView } from '../../api/server-view.ts'
import { ago, latency, since, until } from '../../api/time-text.ts'

/** How a server is, why, and what comes next, in sentences. `breaker`: the settings in force, when known. */
export function statusStory(server: ServerView, breaker: BreakerConfigView | undefined, now: number): string {
  return [...present(server, now), ...future(server, now), ...cycles(server, breaker), ...traffic(server)].join(' ')
}

function present(server: ServerView, now: number): readonly string[] {
  const { health_status: status, reason, circuit, response_time_ms, last_health_check } = server
  const lasted = since(server.since, now)
  switch (status) {
    case 'healthy':
      return [
        `Up for ${lasted}.`,
        `The last check passed ${ago(last_health_check, now)}, in ${latency(response_time_ms)}.`,
      ]
    case 'disconnected':
    case 'unhealthy':
      return [`Down for ${lasted}: ${sentence(reason)}`]
    case 'circuit_open':
      return [
        `Circuit open for ${lasted}.`,
        sentence(reason),
        ...(circuit.state === 'half_open' ? ['A canary check tries it now.'] : []),
      ]
    case 'disabled':
      return [
        server.auto_disabled_at === null
          ? `Disabled by a person for ${lasted}.`
          : sentence(server.auto_disabled_reason),
      ]
    case 'unknown':
      return [reason === null ? 'Not checked yet.' : sentence(reason)]
  }
}

function future(
  { health_status, next_check_at, circuit, auto_disabled_at, would_be_healthy }: ServerView,
  now: number,
): readonly string[] {
  if (health_status === 'disabled') {
    if (auto_disabled_at === null) return ['It is not checked.']
    if (would_be_healthy === null) return ['It is looked at once an hour.']
    return [would_be_healthy ? 'It answers again: enable it.' : 'It still does not answer.']
  }
  if (circuit.retry_at !== null) return [`Next attempt ${until(circuit.retry_at, now)}.`]
  if (circuit.state === 'half_open') return []
  if (next_check_at === null) return ['It is being checked.']
  return [`${health_status === 'healthy' ? 'Next check' : 'Next attempt'} ${until(next_check_at, now)}.`]
}

function cycles({ circuit, health_status }: ServerView, breaker: BreakerConfigView | undefined): readonly string[] {
  if (health_status !== 'circuit_open' || !breaker?.auto_disable_enabled) return []
  return [`${circuit.failure_cycles} of ${breaker.max_failure_cycles} cycles to automatic disable.`]
}

function traffic({ traffic: recent }: ServerView): readonly string[] {
  if (!recent) return []
  const { calls, error_ratio, window_seconds } = recent
  const many = calls === 1 ? 'once' : `${calls} times`
  const failed = error_ratio ? `, and got an error in ${share(error_ratio)} of them` : ''
  return [`Agents called it ${many} in the last ${window_seconds / 60} minutes${failed}.`]
}

const sentence = (text: string | null): string => (text === null ? 'no reason is known.' : text.replace(/\.?$/, '.'))
