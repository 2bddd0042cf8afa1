import { serverId } from '../../core/ids.ts'
import type { Store } from '../../core/ports.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { healthLogFile } from '../health-log-file.ts'
import { type HandlersOf, Streamed } from '../http/register-routes.ts'
import { healthLogView } from '../views/check.ts'
import { cursorNumber } from './cursor.ts'

type Deps = { readonly fleet: Fleet; readonly store: Pick<Store, 'checks'> }

/** The checks of the past. */
export function healthLogHandlers({ fleet, store }: Deps) {
  return {
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
    async exportHealthLogs({ params, query: { format, status, trigger }, answer }) {
      const { server } = fleet.get(serverId(params.id))
      const which = { serverId: server.id, ...(status ? { status } : {}), ...(trigger ? { trigger } : {}) }
      // A name holds nothing that would need quoting.
      answer.header('content-disposition', `attachment; filename="${server.config.name}-health-log.${format}"`)
      const type = format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8'
      return new Streamed(type, healthLogFile(store, which, format))
    },
  } satisfies HandlersOf<'listHealthLogs' | 'exportHealthLogs'>
}
