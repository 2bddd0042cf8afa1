import { EVENT_METADATA } from '../../api/event-metadata.ts'
import { LiveAction, type LiveReply } from '../../api/live.ts'
import type { Access } from '../../api/route.ts'
import type { Timestamp } from '../../core/clock.ts'
import { AppError, unreachable } from '../../core/errors.ts'
import { may, type Principal } from '../access/principal.ts'
import { findJsonTrap } from '../http/json-body.ts'
import { toProblem } from '../http/problems.ts'
import { iso } from '../views/time.ts'
import { type Subscription, subscription } from './live-event.ts'

/** What of a connection its messages change. */
export type LiveSession = {
  readonly principal: Principal
  readonly subscriptions: Map<string, Subscription>
  /** What it wants beside events. */
  follows: ReadonlySet<Followed>
  nextSubscription: number
  batching: boolean
}

/** Views of servers that changed, and calls of agents. */
export type Followed = 'servers' | 'calls'

const MAX_SUBSCRIPTIONS = 50

/** What each message asks of the role; looked at for every message. */
const ACCESS = {
  subscribe: 'viewer',
  unsubscribe: 'viewer',
  get_metadata: 'viewer',
  ping: 'viewer',
  batch: 'viewer',
  follow: 'viewer',
} as const satisfies Record<LiveAction['action'], Access>

/** Does what a client's message says and answers it. A message that makes no sense is answered too. */
export function act(session: LiveSession, text: string, now: Timestamp): LiveReply {
  try {
    return reply(session, parseAction(text), now)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { type: 'error', problem: toProblem(error) }
  }
}

function reply(session: LiveSession, action: LiveAction, now: Timestamp): LiveReply {
  if (!may(session.principal.role, ACCESS[action.action])) {
    throw new AppError('forbidden', `The role ${session.principal.role} may not ${action.action}`)
  }
  switch (action.action) {
    case 'subscribe':
      if (session.subscriptions.size >= MAX_SUBSCRIPTIONS) {
        throw new AppError('conflict', `A connection has at most ${MAX_SUBSCRIPTIONS} subscriptions`)
      }
      return {
        type: 'subscribed',
        subscription_id: subscribe(session, subscription(action.event_types, action.filters)),
      }
    case 'unsubscribe':
      return { type: 'unsubscribed', subscription_id: unsubscribe(session, action.subscription_id) }
    case 'get_metadata':
      return { type: 'metadata', metadata: EVENT_METADATA }
    case 'ping':
      return { type: 'pong', timestamp: iso(now) }
    case 'batch':
      session.batching = true
      return { type: 'batching' }
    case 'follow':
      session.follows = new Set(action.follow)
      return { type: 'following', follow: [...session.follows] }
    default:
      return unreachable(action)
  }
}

function subscribe(session: LiveSession, wanted: Subscription): string {
  const id = `sub-${session.nextSubscription++}`
  session.subscriptions.set(id, wanted)
  return id
}

function unsubscribe({ subscriptions }: LiveSession, id: string | undefined): string | null {
  if (id === undefined) {
    subscriptions.clear()
    return null
  }
  if (!subscriptions.delete(id)) throw new AppError('not_found', `No subscription ${id}`)
  return id
}

function parseAction(text: string): LiveAction {
  const trap = findJsonTrap(text)
  if (trap !== undefined) throw new AppError('bad_request', trap)
  const parsed = LiveAction.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
  throw new AppError('invalid_input', 'Not a message this server knows', { fields })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('bad_request', 'The message is not valid JSON', { cause })
  }
}
