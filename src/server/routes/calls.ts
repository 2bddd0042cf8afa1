import type { z } from 'zod'
import type { CallSummaryQuery } from '../../api/calls.ts'
import { type Clock, timestamp } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { type CallFilter, type CallSource, type Tallied, tally, trafficOf } from '../../core/gateway/call-history.ts'
import { serverId } from '../../core/ids.ts'
import type { Store } from '../../core/ports.ts'
import type { TokenBook } from '../access/token-book.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { callDetail, callView, trafficView } from '../views/call.ts'
import { iso } from '../views/time.ts'
import { cursorNumber } from './cursor.ts'

type Deps = {
  readonly store: Pick<Store, 'calls' | 'call' | 'callCounts' | 'callSources'>
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
    async getCall({ params }) {
      const id = Number(params.id)
      const call = await store.call(id)
      if (call === undefined) throw new AppError('not_found', `No call ${id}`)
      return callDetail(call, nameOf)
    },
    async getCallSummary({ query }) {
      const now = clock.wall()
      const asked = callFilter(query)
      const until = asked.until ?? now
      const since = asked.since ?? timestamp(until - HOUR_MS)
      const [counts, sources] = await Promise.all([
        store.callCounts({ ...asked, since }),
        store.callSources({ ...asked, since }),
      ])
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
        callers: busiest(sources, ({ tokenId }) => tokenId).map(([id, calls]) => ({
          token_id: id,
          token_name: nameOf(id) ?? null,
          calls,
        })),
        endpoints: busiest(sources, ({ endpoint }) => endpoint).map(([endpoint, calls]) => ({ endpoint, calls })),
        targets: targets
          .slice(0, MOST_TARGETS)
          .map((tallied) => ({ ...view(tallied), method: tallied.method, target: tallied.target ?? null })),
      }
    },
  } satisfies HandlersOf<'listCalls' | 'getCall' | 'getCallSummary'>
}

/** How many calls each has, the most first. */
function busiest<K>(sources: readonly CallSource[], keyOf: (source: CallSource) => K): readonly [K, number][] {
  const sums = new Map<K, number>()
  for (const source of sources) sums.set(keyOf(source), (sums.get(keyOf(source)) ?? 0) + source.calls)
  return [...sums].sort(([, a], [, b]) => b - a)
}

const callFilter = (query: z.output<typeof CallSummaryQuery>): CallFilter => ({
  ...(query.server_id && { serverIds: query.server_id.map(serverId) }),
  ...(query.target && { targets: query.target }),
  ...(query.method && { methods: query.method }),
  ...(query.outcome && { outcomes: query.outcome }),
  ...(query.token_id && { tokenIds: query.token_id }),
  ...(query.endpoint && { endpoints: query.endpoint }),
  ...(query.since !== undefined && { since: timestamp(Date.parse(query.since)) }),
  ...(query.until !== undefined && { until: timestamp(Date.parse(query.until)) }),
})
