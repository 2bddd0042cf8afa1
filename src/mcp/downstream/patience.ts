import { type Instant, later } from '../../core/clock.ts'
import type { Member } from '../../core/watch/fleet.ts'

/** A call that shows that it goes on may take this many times as long as one that is silent. */
const MOST_PATIENCE = 10
/** A program that installs itself first gets that long, whatever its calls may take. */
const FIRST_START_MS = 30_000

/** How long a call may be silent, in milliseconds. */
export const patienceWith = ({ server: { config } }: Member): number =>
  config.target.protocol === 'stdio' ? Math.max(config.callTimeoutMs, FIRST_START_MS) : config.callTimeoutMs

/** When a call ends at the latest, whatever happens in it. */
export const latestEnd = (startedAt: Instant, member: Member): Instant =>
  later(startedAt, MOST_PATIENCE * patienceWith(member))

/** When a call ends that shows that it goes on. */
export function longerEnd(startedAt: Instant, now: Instant, member: Member): Instant {
  const longer = later(now, patienceWith(member))
  const latest = latestEnd(startedAt, member)
  return longer < latest ? longer : latest
}
