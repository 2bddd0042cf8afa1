import { SERVERS } from '../../api/route.ts'
import type { Clock } from '../../core/clock.ts'
import type { ServerConfig } from '../../core/config/server.ts'
import { serverId } from '../../core/ids.ts'
import type { Store, Upstreams } from '../../core/ports.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { Registry } from '../../core/watch/registry.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { assertTarget, type TargetRules } from '../target-rules.ts'
import { serverCapabilities } from '../views/capabilities.ts'
import { healthLogView } from '../views/check.ts'
import { changedConfig, newServer } from '../views/config-input.ts'
import { etagOf, expectedRevision } from '../views/etag.ts'
import { fleetFilter } from '../views/fleet-filter.ts'
import { serverView } from '../views/server.ts'
import { cursorNumber } from './cursor.ts'

type Deps = {
  readonly fleet: Fleet
  readonly registry: Registry
  readonly store: Pick<Store, 'checks'>
  readonly upstreams: Pick<Upstreams, 'stderr'>
  readonly rules: TargetRules
  readonly clock: Clock
}

/** The register of servers and what is known of each. */
export function serverHandlers({ fleet, registry, store, upstreams, rules, clock }: Deps) {
  return {
    async listServers({ query }) {
      const after = cursorNumber(query.cursor, 0)
      const { members, more } = fleet.page(fleetFilter(query), after, query.limit)
      const last = members.at(-1)
      return {
        servers: members.map((member) => serverView(member, clock, query.include)),
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
      return serverView(member, clock, query.include)
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
    async listHealthLogs({ params, query: { cursor, limit, status, trigger } }) {
      const { server } = fleet.get(serverId(params.id))
      const beforeId = cursorNumber(cursor, Number.MAX_SAFE_INTEGER)
      const checks = await store.checks({
        serverId: server.id,
        beforeId,
        limit: limit + 1,
        ...(status ? { status } : {}),
        ...(trigger ? { trigger } : {}),
      })
      const page = checks.slice(0, limit)
      const last = page.at(-1)
      return { logs: page.map(healthLogView), next_cursor: last && checks.length > limit ? String(last.id) : null }
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
    | 'listHealthLogs'
    | 'getStderr'
  >
}
