import type { Clock } from '../../core/clock.ts'
import type { Incident } from '../../core/history/incident.ts'
import type { Reports } from '../../core/history/reports.ts'
import { SERIES_LENGTHS } from '../../core/history/series.ts'
import { type ServerId, serverId } from '../../core/ids.ts'
import type { IncidentPosition, Store } from '../../core/ports.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { capabilityChangeView } from '../views/capabilities.ts'
import { incidentView } from '../views/incident.ts'
import { heartbeatsView, latencyBucket, periodView } from '../views/uptime.ts'
import { cursorNumber } from './cursor.ts'

type Deps = {
  readonly fleet: Fleet
  readonly reports: Reports
  readonly store: Pick<Store, 'incidents' | 'capabilityChanges'>
  readonly clock: Clock
}

type Asked = {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly open?: boolean | undefined
}

/** How servers were: their uptime, their outages, what changed in them. */
export function availabilityHandlers({ fleet, reports, store, clock }: Deps) {
  const incidents = async ({ limit, cursor, open }: Asked, serverIds: readonly ServerId[] | undefined) => {
    const before = positionOf(cursor)
    const found = await store.incidents({
      limit: limit + 1,
      ...(serverIds ? { serverIds } : {}),
      ...(open === undefined ? {} : { open }),
      ...(before ? { before } : {}),
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const now = clock.wall()
    const nameOf = (id: ServerId) => fleet.find(id)?.server.config.name ?? ''
    return {
      incidents: page.map((incident) => incidentView(incident, nameOf(incident.serverId), now)),
      next_cursor: last && found.length > limit ? cursorOf(last) : null,
    }
  }
  return {
    async getUptime({ params, query: { period } }) {
      const { id } = fleet.get(serverId(params.id)).server
      const [periods, drawn] = await Promise.all([reports.periods(id), reports.heartbeats([id], period)])
      const heartbeats = drawn.get(id)
      if (!heartbeats) throw new Error('Heartbeats were asked for and are not there')
      return { server_id: id, periods: periods.map(periodView), heartbeats: heartbeatsView(heartbeats) }
    },
    async getLatency({ params, query: { period } }) {
      const { id } = fleet.get(serverId(params.id)).server
      const buckets = await reports.series(id, period)
      const bucket_seconds = SERIES_LENGTHS[period].bucketMs / 1_000
      return { server_id: id, period, bucket_seconds, buckets: buckets.map(latencyBucket) }
    },
    async listCapabilityChanges({ params, query: { cursor, limit, kind, name } }) {
      const { server } = fleet.get(serverId(params.id))
      const changes = await store.capabilityChanges({
        serverId: server.id,
        beforeId: cursorNumber(cursor, Number.MAX_SAFE_INTEGER),
        limit: limit + 1,
        ...(kind ? { kind } : {}),
        ...(name === undefined ? {} : { name }),
      })
      const page = changes.slice(0, limit)
      const last = page.at(-1)
      return {
        changes: page.map(capabilityChangeView),
        next_cursor: last && changes.length > limit ? String(last.id) : null,
      }
    },
    async listServerIncidents({ params, query }) {
      return await incidents(query, [fleet.get(serverId(params.id)).server.id])
    },
    async listIncidents({ query }) {
      return await incidents(query, query.server_id?.map(serverId))
    },
  } satisfies HandlersOf<'getUptime' | 'getLatency' | 'listCapabilityChanges' | 'listServerIncidents' | 'listIncidents'>
}

/** Open ones come first: their cursors are the numbers above this. */
const OPEN_ABOVE = 1e14

const cursorOf = ({ id, ended }: Incident): string => String(ended ? id : OPEN_ABOVE + id)

function positionOf(cursor: string | undefined): IncidentPosition | undefined {
  if (cursor === undefined) return undefined
  const number = cursorNumber(cursor, 0)
  return number > OPEN_ABOVE ? { id: number - OPEN_ABOVE, open: true } : { id: number, open: false }
}
