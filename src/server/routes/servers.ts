import { SERVERS } from '../../api/route.ts'
import type { ServerInclude, ServerView } from '../../api/server-view.ts'
import type { Clock } from '../../core/clock.ts'
import type { ServerConfig } from '../../core/config/server.ts'
import type { Reports } from '../../core/history/reports.ts'
import { serverId } from '../../core/ids.ts'
import type { Upstreams } from '../../core/ports.ts'
import type { Fleet, Member } from '../../core/watch/fleet.ts'
import type { Registry } from '../../core/watch/registry.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { assertTarget, type TargetRules } from '../target-rules.ts'
import { serverCapabilities } from '../views/capabilities.ts'
import { changedConfig, newServer } from '../views/config-input.ts'
import { etagOf, expectedRevision } from '../views/etag.ts'
import { fleetFilter } from '../views/fleet-filter.ts'
import { serverView } from '../views/server.ts'
import { heartbeatsView, uptimesView } from '../views/uptime.ts'
import { cursorNumber } from './cursor.ts'

type Deps = {
  readonly fleet: Fleet
  readonly registry: Registry
  readonly reports: Reports
  readonly upstreams: Pick<Upstreams, 'stderr'>
  readonly rules: TargetRules
  readonly clock: Clock
}

/** The register of servers and what is known of each. */
export function serverHandlers({ fleet, registry, reports, upstreams, rules, clock }: Deps) {
  const views = (members: readonly Member[], include?: readonly ServerInclude[]) =>
    viewsOf(members, include, reports, clock)
  return {
    async listServers({ query }) {
      const after = cursorNumber(query.cursor, 0)
      const { members, more } = fleet.page(fleetFilter(query), after, query.limit)
      const last = members.at(-1)
      return {
        servers: [...(await views(members, query.include))],
        next_cursor: more && last ? String(last.server.id) : null,
      }
    },
    async createServer({ body, answer }) {
      const created = newServer(body)
      assertTarget(created.config, rules)
      const { server } = await registry.create(created)
      answer.header('location', `${SERVERS}/${server.id}`)
      answer.header('etag', etagOf(server))
      return serverView(fleet.get(server.id), clock)
    },
    async getServer({ params, query, answer }) {
      const member = fleet.get(serverId(params.id))
      answer.header('etag', etagOf(member.server))
      const [view] = await views([member], query.include)
      return view ?? serverView(member, clock)
    },
    async updateServer({ params, body: { enabled, ...changes }, headers, answer }) {
      const id = serverId(params.id)
      const ifRevision = expectedRevision(headers['if-match'], fleet.get(id).server.revision)
      const change = (config: ServerConfig) => assertTarget(changedConfig(config, changes), rules)
      if (Object.keys(changes).length > 0) await registry.update(id, change, ifRevision)
      if (enabled !== undefined) await (enabled ? registry.enable(id) : registry.disable(id))
      const member = fleet.get(id)
      answer.header('etag', etagOf(member.server))
      return serverView(member, clock)
    },
    async deleteServer({ params }) {
      await registry.remove(serverId(params.id))
    },
    async enableServer({ params }) {
      return serverView(await registry.enable(serverId(params.id)), clock)
    },
    async disableServer({ params }) {
      return serverView(await registry.disable(serverId(params.id)), clock)
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

async function viewsOf(
  members: readonly Member[],
  include: readonly ServerInclude[] = [],
  reports: Reports,
  clock: Clock,
): Promise<readonly ServerView[]> {
  const ids = members.map(({ server }) => server.id)
  const [uptimes, heartbeats] = await Promise.all([
    include.includes('uptime') ? reports.uptimes(ids) : undefined,
    include.includes('heartbeats') ? reports.heartbeats(ids, '24h') : undefined,
  ])
  return members.map((member) => {
    const uptime = uptimes?.get(member.server.id)
    const drawn = heartbeats?.get(member.server.id)
    return {
      ...serverView(member, clock, include),
      ...(uptime ? { uptime: uptimesView(uptime) } : {}),
      ...(drawn ? { heartbeats: heartbeatsView(drawn) } : {}),
    }
  })
}
