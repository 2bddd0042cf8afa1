import type { EventView } from '../../api/events-view.ts'
import type { LiveMessage } from '../../api/live.ts'
import type { ServerView } from '../../api/server-view.ts'
import { EMPTY_FLEET, type Fleet, withoutServer, withState, withViews } from './fleet.ts'

/** What is known from the live connection. */
export type News = {
  /** Undefined until the state was told whole, once. */
  readonly fleet: Fleet | undefined
  /** The newest event heard. */
  readonly seq: number | undefined
  /** Of the history that it counts in. */
  readonly epoch: string | undefined
  /** Pages of a state that is still being told. */
  readonly pages: readonly ServerView[]
}

export const NO_NEWS: News = { fleet: undefined, seq: undefined, epoch: undefined, pages: [] }

/** What is known after a message. */
export function afterMessage(news: News, message: LiveMessage): News {
  if ('batch' in message) return message.batch.reduce(afterEvent, news)
  if ('event_type' in message) return afterEvent(news, message)
  switch (message.type) {
    case 'initial_status': {
      const pages = [...(message.page === 1 ? [] : news.pages), ...message.servers]
      if (message.page < message.pages) return { ...news, pages }
      const { epoch, version } = message
      // Of another history nothing holds: numbers and ids mean something else there.
      const { fleet = EMPTY_FLEET, seq = 0 } = epoch === news.epoch ? news : NO_NEWS
      return { fleet: withState(fleet, pages, version), seq: Math.max(seq, message.seq), epoch, pages: [] }
    }
    case 'servers':
      return { ...news, fleet: news.fleet && withViews(news.fleet, message.servers) }
    default:
      return news
  }
}

/** Every event has its views pushed beside it, but for a server that is no more. */
function afterEvent(news: News, event: EventView): News {
  if (event.event_type === 'mcp_health_check') return news
  const seq = Math.max(news.seq ?? 0, event.seq)
  if (event.event_type !== 'mcp_server_deleted') return { ...news, seq }
  return { ...news, seq, fleet: news.fleet && withoutServer(news.fleet, event.event_data.server_id) }
}

/** The events of a message, the oldest first. */
export function eventsOf(message: LiveMessage): readonly EventView[] {
  if ('batch' in message) return message.batch
  return 'event_type' in message ? [message] : []
}
