import type { z } from 'zod'
import type { CallSummaryQuery } from '../../api/calls.ts'
import { type Clock, timestamp } from '../../core/clock.ts'
import { type CallFilter, type Tallied, tally, trafficOf } from '../../core/gateway/call-history.ts'
import { serverId } from '../../core/ids.ts'
import type { Store } from '../../core/ports.ts'
import type { TokenBook } from '../access/token-book.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { callView, trafficView } from '../views/call.ts'
import { iso } from '../views/time.ts'
import { cursorNumber } from './cursor.ts'

type Deps = {
  readonly store: Pick<Store, 'calls' | 'callCounts'>
  readonly book: Pick<TokenBook, 'get'>
  readonly clock: Clock
}

const HOUR_MS = 3_600_000
const MOST_TARGETS = 1_000

/** What agents asked of servers. */
export function callHandlers({ store, book, clock }: Deps) {
  const nameOf = (id: number) => book.get(id)?.name
  return {
    async listCalls({ query: { cursor, limit, ...filter } }) {
      const beforeId = cursorNumber(cursor, Number.MAX_SAFE_INTEGER)
      const calls = await store.calls({ ...callFilter(filter), beforeId, limit: limit + 1 })
      const page = calls.slice(0, limit)
      const last = page.at(-1)
      return {
        calls: page.map((call) => callView(call, nameOf)),
        next_cursor: last && calls.length > limit ? String(last.id) : null,
      }
    },
    async getCallSummary({ query }) {
      const now = clock.wall()
      const asked = callFilter(query)
      const until = asked.until ?? now
      const since = asked.since ?? timestamp(until - HOUR_MS)
      const counts = await store.callCounts({ ...asked, since })
      const view = ({ serverId: server_id, server: server_name, traffic }: Tallied) => ({
        server_id,
        server_name,
        ...trafficView(traffic, until - since),
      })
      const targets = tally(counts, ({ serverId: id, method, target }) => JSON.stringify([id, method, target]))
      return {
        since: iso(since),
        until: iso(until),
        total: trafficView(trafficOf(counts), until - since),
        servers: tally(counts, ({ serverId: id }) => String(id)).map(view),
        targets: targets
          .slice(0, MOST_TARGETS)
          .map((tallied) => ({ ...view(tallied), method: tallied.method, target: tallied.target ?? null })),
      }
    },
  } satisfies HandlersOf<'listCalls' | 'getCallSummary'>
}

const callFilter = (query: z.output<typeof CallSummaryQuery>): CallFilter => ({
  ...(query.server_id && { serverIds: query.server_id.map(serverId) }),
  ...(query.target && { targets: query.target }),
  ...(query.method && { methods: query.method }),
  ...(query.outcome && { outcomes: query.outcome }),
  ...(query.token_id && { tokenIds: query.token_id }),
  ...(query.since !== undefined && { since: timestamp(Date.parse(query.since)) }),
  ...(query.until !== undefined && { until: timestamp(Date.parse(query.until)) }),
})
