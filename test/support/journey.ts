import { vi } from 'vitest'
import type { HealthCheckAnswer } from '../../src/api/check-view.ts'
import type { Client, RequestOf } from '../../src/api/client.ts'
import type { StoredEventView } from '../../src/api/events-view.ts'
import type { ServerView } from '../../src/api/server-view.ts'
import type { Live } from './omni2.ts'
import type { StdioCommand } from './real-servers.ts'

type Draft = RequestOf<'createServer'>['body']
type Omni2 = { readonly api: Client }

/** The most that is answered at once. */
const PAGE = 1_000
/** Long enough for a busy machine; who waits goes on as soon as it can. */
const PATIENCE = { timeout: 45_000, interval: 200 } as const

export const register = (omni2: Omni2, name: string, draft: Omit<Draft, 'name'>): Promise<ServerView> =>
  omni2.api.createServer({ body: { name, ...draft } })

/** As `register` takes it. */
export const stdioDraft = ({ command, args, env }: StdioCommand): Omit<Draft, 'name'> => ({
  protocol: 'stdio',
  command,
  args: [...args],
  env: { ...env },
})

export const read = (omni2: Omni2, id: number): Promise<ServerView> => omni2.api.getServer({ params: { id } })

/** Waits until `ask` answers what `accepts` takes, and answers that. */
export const until = <T>(ask: () => Promise<T> | T, accepts: (answer: T) => boolean): Promise<T> =>
  vi.waitFor(async () => {
    const answer = await ask()
    if (!accepts(answer)) throw new Error(`Still not as expected: ${JSON.stringify(answer)}`)
    return answer
  }, PATIENCE)

export const untilStatus = (omni2: Omni2, id: number, status: ServerView['health_status']): Promise<ServerView> =>
  until(
    () => read(omni2, id),
    (server) => server.health_status === status,
  )

/** Registers a server and waits for its first check, until that is stored: whoever asks before joins it. */
export async function registerHealthy(omni2: Omni2, name: string, draft: Omit<Draft, 'name'>): Promise<ServerView> {
  const { id } = await register(omni2, name, draft)
  const checks = async () => (await omni2.api.listHealthLogs({ params: { id } })).logs
  await until(checks, (logs) => logs.some(({ health_status }) => health_status === 'healthy'))
  return untilStatus(omni2, id, 'healthy')
}

/** Checks now; once more when this machine was too slow for Omni2 to judge by it. */
export async function check(omni2: Omni2, id: number): Promise<HealthCheckAnswer> {
  const answer = await omni2.api.triggerHealthCheck({ params: { id } })
  return answer.health_result.outcome === 'inconclusive' ? omni2.api.triggerHealthCheck({ params: { id } }) : answer
}

/** Checks what a server is from now on: the first may join a check that began before, the second begins after that. */
export async function checkAnew(omni2: Omni2, id: number): Promise<HealthCheckAnswer> {
  await check(omni2, id)
  return check(omni2, id)
}

/** The stored events that a reader heard. */
export const heard = (live: Live): StoredEventView[] =>
  live.messages.flatMap((message) => ('event_type' in message && 'seq' in message ? [message] : []))

/** All stored events after `sinceSeq`. */
export async function history({ api }: Omni2, sinceSeq = 0): Promise<StoredEventView[]> {
  const all: StoredEventView[] = []
  for (;;) {
    const { events } = await api.listEvents({ query: { since_seq: all.at(-1)?.seq ?? sinceSeq, limit: PAGE } })
    all.push(...events)
    if (events.length < PAGE) return all
  }
}

/** What does not fit together in `events`: a gap in `seq`, or a change from what the server was not. */
export function breaks(events: readonly StoredEventView[]): string[] {
  const statuses = new Map<number, string>()
  const circuits = new Map<number, string>()
  return events.flatMap((event, at) => {
    const before = events[at - 1]
    const gap = before && event.seq !== before.seq + 1 ? [`${before.seq} is followed by ${event.seq}`] : []
    if (event.event_type === 'mcp_status_change') {
      const { server_id, old_status, new_status } = event.event_data
      gap.push(...step(statuses, server_id, old_status, new_status, event.seq))
    } else if (event.event_type === 'circuit_breaker_state') {
      const { server_id, old_state, new_state } = event.event_data
      gap.push(...step(circuits, server_id, old_state, new_state, event.seq))
    }
    return gap
  })
}

function step(known: Map<number, string>, id: number, from: string, to: string, seq: number): string[] {
  const was = known.get(id) ?? from
  known.set(id, to)
  return was === from && from !== to ? [] : [`${seq}: ${from} -> ${to}, after ${was}`]
}
