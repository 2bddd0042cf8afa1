import { SERVERS } from '../../api/route.ts'
import type { Clock } from '../../core/clock.ts'
import type { ServerConfig } from '../../core/config/server.ts'
import type { RecentTraffic } from '../../core/gateway/recent-traffic.ts'
import type { Reports } from '../../core/history/reports.ts'
import { serverId } from '../../core/ids.ts'
import type { Upstreams } from '../../core/ports.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { Journal } from '../../core/watch/journal.ts'
import type { Registry } from '../../core/watch/registry.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { assertTarget, type TargetRules } from '../target-rules.ts'
import { serverCapabilities } from '../views/capabilities.ts'
import { changedConfig, newServer } from '../views/config-input.ts'
import { etagOf, expectedRevision } from '../views/etag.ts'
import { fleetFilter } from '../views/fleet-filter.ts'
import { cursorNumber } from './cursor.ts'
import { serverViews } from './server-views.ts'

type Deps = {
  readonly fleet: Fleet
  readonly registry: Registry
  readonly journal: Pick<Journal, 'lastSeq'>
  readonly reports: Reports
  readonly traffic: Pick<RecentTraffic, 'of'>
  readonly upstreams: Pick<Upstreams, 'stderr'>
  readonly rules: TargetRules
  readonly clock: Clock
}

/** A page with the last checks of more servers would hold up everything else while it is written. */
const MOST_WITH_CHECKS = 200

/** The register of servers and what is known of each. */
export function serverHandlers({ fleet, registry, journal, reports, traffic, upstreams, rules, clock }: Deps) {
  const { view, views } = serverViews({ fleet, reports, traffic, clock })
  return {
    async listServers({ query }) {
      const after = cursorNumber(query.cursor, 0)
      const asOf = { seq: journal.lastSeq, version: fleet.version }
      const limit = query.include?.includes('recent_checks') ? Math.min(query.limit, MOST_WITH_CHECKS) : query.limit
      const { members, more } = fleet.page(fleetFilter(query), after, limit)
      const last = members.at(-1)
      return {
        servers: await views(
          members.map(({ server }) => server.id),
          query.include,
        ),
        next_cursor: more && last ? String(last.server.id) : null,
        ...asOf,
      }
    },
    async createServer({ body, answer }) {
      const created = newServer(body)
      assertTarget(created.config, rules)
      const { server } = await registry.create(created)
      answer.header('location', `${SERVERS}/${server.id}`)
      answer.header('etag', etagOf(server))
      return view(server.id)
    },
    async getServer({ params, query, answer }) {
      const member = fleet.get(serverId(params.id))
      answer.header('etag', etagOf(member.server))
      const [full] = await views([member.server.id], query.include)
      return full ?? view(member.server.id)
    },
    async updateServer({ params, body: { enabled, ...changes }, headers, answer }) {
      const id = serverId(params.id)
      const ifRevision = expectedRevision(headers['if-match'], fleet.get(id).server.revision)
      const change = (config: ServerConfig) => assertTarget(changedConfig(config, changes), rules)
      if (Object.keys(changes).length > 0) await registry.update(id, change, ifRevision)
      if (enabled !== undefined) await (enabled ? registry.enable(id) : registry.disable(id))
      answer.header('etag', etagOf(fleet.get(id).server))
      return view(id)
    },
    async deleteServer({ params }) {
      await registry.remove(serverId(params.id))
    },
    async enableServer({ params }) {
      const { server } = await registry.enable(serverId(params.id))
      return view(server.id)
    },
    async disableServer({ params }) {
      const { server } = await registry.disable(serverId(params.id))
      return view(server.id)
    },
    async getCapabilities({ params }) {
      return serverCapabilities(fleet.get(serverId(params.id)))
    },
    async getStderr({ params }) {
      const { server } = fleet.get(serverId(params.id))
      return { server_id: server.id, stderr: upstreams.stderr(server.id) ?? null }
    },
  } satisfies HandlersOf<
    | 'listServers'
    | 'createServer'
    | 'getServer'
    | 'updateServer'
    | 'deleteServer'
    | 'enableServer'
    | 'disableServer'
    | 'getCapabilities'
    | 'getStderr'
  >
}
