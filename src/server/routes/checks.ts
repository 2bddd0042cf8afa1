import type { Clock } from '../../core/clock.ts'
import { serverId } from '../../core/ids.ts'
import type { Upstreams } from '../../core/ports.ts'
import type { CheckJobs } from '../../core/watch/check-jobs.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { Monitor } from '../../core/watch/monitor.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { assertTarget, type TargetRules } from '../target-rules.ts'
import { discoverAnswer, healthCheckAnswer } from '../views/check.ts'
import { discoverConfig } from '../views/config-input.ts'
import { fleetFilter } from '../views/fleet-filter.ts'
import { jobView } from '../views/jobs.ts'

type Deps = {
  readonly fleet: Fleet
  readonly monitor: Monitor
  readonly jobs: CheckJobs
  readonly upstreams: Pick<Upstreams, 'drop' | 'probe'>
  readonly rules: TargetRules
  readonly clock: Clock
}

/** Checks on demand. */
export function checkHandlers({ fleet, monitor, jobs, upstreams, rules, clock }: Deps) {
  return {
    async triggerHealthCheck({ params }) {
      return healthCheckAnswer(await monitor.checkNow(serverId(params.id), 'manual', { urgent: true }), clock)
    },
    async reloadServer({ params }) {
      const { server } = fleet.get(serverId(params.id))
      await upstreams.drop(server.id)
      return healthCheckAnswer(await monitor.checkNow(server.id, 'reload', { urgent: true }), clock)
    },
    async checkServers({ body: { ids, filter } }) {
      const chosen = ids
        ? ids.map((id) => fleet.get(serverId(id)).server.id)
        : fleet.page(fleetFilter(filter ?? {}), 0, Number.POSITIVE_INFINITY).members.map(({ server }) => server.id)
      return jobView(jobs.start([...new Set(chosen)]))
    },
    async getCheckJob({ params }) {
      return jobView(jobs.get(params.job_id))
    },
    async discoverServer({ body, signal }) {
      const stored = body.server_id === undefined ? undefined : fleet.get(serverId(body.server_id)).server.config
      const config = assertTarget(discoverConfig(body, stored), rules)
      return discoverAnswer(await upstreams.probe(config, signal), clock.wall())
    },
  } satisfies HandlersOf<'triggerHealthCheck' | 'reloadServer' | 'checkServers' | 'getCheckJob' | 'discoverServer'>
}
