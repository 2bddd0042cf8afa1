import { EVENT_METADATA } from '../../api/event-metadata.ts'
import type { Catalog } from '../../core/gateway/catalog.ts'
import type { Store } from '../../core/ports.ts'
import type { Settings } from '../../core/watch/settings.ts'
import type { HandlersOf } from '../http/register-routes.ts'
import { eventView } from '../views/events.ts'
import { changedSettings, settingsView } from '../views/settings.ts'
import { cursorNumber } from './cursor.ts'

type Deps = {
  readonly store: Pick<Store, 'events'>
  readonly settings: Settings
  readonly catalog: Pick<Catalog, 'settingsChanged'>
  readonly epoch: string
}

/** What happened, and how long it is remembered. */
export function historyHandlers({ store, settings, catalog, epoch }: Deps) {
  return {
    async listEvents({ query }) {
      const { cursor, limit, order, since_seq, before_seq, event_type, severity, mcp_name } = query
      const newest = order === 'newest'
      const beforeSeq = newest && cursor !== undefined ? cursorNumber(cursor, 0) : before_seq
      const events = await store.events({
        sinceSeq: newest ? since_seq : cursorNumber(cursor, since_seq),
        order,
        limit: limit + 1,
        ...(beforeSeq === undefined ? {} : { beforeSeq }),
        ...(event_type ? { types: event_type } : {}),
        ...(severity ? { severities: severity } : {}),
        ...(mcp_name ? { serverNames: mcp_name } : {}),
      })
      const page = events.slice(0, limit)
      const last = page.at(-1)
      const next = last && events.length > limit ? String(last.seq) : null
      return { events: page.map(eventView), epoch, next_cursor: next }
    },
    async getEventMetadata() {
      return EVENT_METADATA
    },
    async getSettings() {
      return settingsView(settings.values)
    },
    async updateSettings({ body }) {
      await settings.saveCommon((now) => changedSettings(now, body))
      catalog.settingsChanged()
      return settingsView(settings.values)
    },
  } satisfies HandlersOf<'listEvents' | 'getEventMetadata' | 'getSettings' | 'updateSettings'>
}
