import type { StoredEvent } from '../../core/events.ts'
import type { Store } from '../../core/ports.ts'
import type { LiveConnection } from './live-connection.ts'
import type { LiveEvent } from './live-event.ts'

const PAGE = 500
/** More than this is told faster by the state itself. */
const MAX_REPLAYED = 5_000

/**
 * Sends the stored events after `sinceSeq`. False when they cannot be told without a gap, because they are too old, too
 * many or not there yet; the reader then needs the state.
 */
export async function replay(
  connection: LiveConnection,
  sinceSeq: number,
  store: Pick<Store, 'events' | 'eventRange'>,
  toEvent: (event: StoredEvent) => LiveEvent,
): Promise<boolean> {
  const { newest } = await store.eventRange()
  if (sinceSeq > newest || newest - sinceSeq > MAX_REPLAYED) return false
  connection.startAt(sinceSeq)
  while (connection.open) {
    const events = await store.events({ sinceSeq: connection.seq, limit: PAGE })
    for (const event of events) {
      // The stored seq has no gaps, so that a jump means that history was cut off here.
      if (event.seq !== connection.seq + 1) return false
      await connection.replay(toEvent(event))
    }
    if (events.length < PAGE) break
  }
  return connection.seq >= newest
}
