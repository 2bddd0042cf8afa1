import type { Clock } from '../../core/clock.ts'
import { serverId } from '../../core/ids.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { Monitor } from '../../core/watch/monitor.ts'
import type { Registry } from '../../core/watch/registry.ts'
import type { Settings } from '../../core/watch/settings.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { breakerConfigView, breakerOverride, breakerView, changedBreaker } from '../views/breaker.ts'

type Deps = {
  readonly fleet: Fleet
  readonly monitor: Monitor
  readonly registry: Registry
  readonly settings: Settings
  readonly clock: Clock
}

/** The circuit breaker: of one server, and its settings for all. */
export function breakerHandlers({ fleet, monitor, registry, settings, clock }: Deps) {
  const view = (id: string) => breakerView(fleet.get(serverId(id)), settings.values.breaker, clock)
  return {
    async getBreaker({ params }) {
      return view(params.id)
    },
    async setBreakerOverride({ params, body }) {
      await registry.update(serverId(params.id), (config) => ({ ...config, breakerOverride: breakerOverride(body) }))
      return view(params.id)
    },
    async resetBreaker({ params }) {
      await monitor.apply(serverId(params.id), () => ({ event: { type: 'breaker_reset' } }))
      return view(params.id)
    },
    async getBreakerConfig() {
      return breakerConfigView(settings.values.breaker)
    },
    async setBreakerConfig({ body }) {
      await settings.saveBreaker((now) => changedBreaker(now, body))
      await registry.policiesChanged()
      return breakerConfigView(settings.values.breaker)
    },
  } satisfies HandlersOf<'getBreaker' | 'setBreakerOverride' | 'resetBreaker' | 'getBreakerConfig' | 'setBreakerConfig'>
}
