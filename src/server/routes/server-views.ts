import type { ServerInclude, ServerView } from '../../api/server-view.ts'
import type { Clock } from '../../core/clock.ts'
import type { RecentTraffic } from '../../core/gateway/recent-traffic.ts'
import type { Reports } from '../../core/history/reports.ts'
import type { ServerId } from '../../core/ids.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { recentTrafficView } from '../views/call.ts'
import { recentCheckView } from '../views/check.ts'
import { serverView } from '../views/server.ts'
import { heartbeatsView, uptimesView } from '../views/uptime.ts'

type Deps = {
  readonly fleet: Fleet
  readonly reports: Reports
  readonly traffic: Pick<RecentTraffic, 'of'>
  readonly clock: Clock
}

/** Views of servers as they are at the moment they are made: of one, and of many with what was asked for beside. */
export function serverViews({ fleet, reports, traffic, clock }: Deps) {
  const view = (id: ServerId, include: readonly ServerInclude[] = []): ServerView => {
    return {
      ...serverView(fleet.get(id), clock, include),
      ...(include.includes('traffic') ? { traffic: recentTrafficView(traffic.of(id)) } : {}),
    }
  }
  const views = async (ids: readonly ServerId[], include: readonly ServerInclude[] = []): Promise<ServerView[]> => {
    const [uptimes, heartbeats, recentChecks] = await Promise.all([
      include.includes('uptime') ? reports.uptimes(ids) : undefined,
      include.includes('heartbeats') ? reports.heartbeats(ids, '24h') : undefined,
      include.includes('recent_checks') ? reports.recentChecks(ids) : undefined,
    ])
    // Views are made after the wait, and of the members there are then.
    const present = ids.filter((id) => fleet.find(id))
    return present.map((id) => {
      const uptime = uptimes?.get(id)
      const drawn = heartbeats?.get(id)
      const recent = recentChecks?.get(id)
      return {
        ...view(id, include),
        ...(uptime ? { uptime: uptimesView(uptime) } : {}),
        ...(drawn ? { heartbeats: heartbeatsView(drawn) } : {}),
        ...(recent ? { recent_checks: recent.map(recentCheckView) } : {}),
      }
    })
  }
  return { view, views }
}
