import type { ServerConfig } from '../config/server.ts'

/** A stdio server may take this long for its first start. */
const FIRST_START_MS = 30_000

/** A check ends itself within its timeout; so much later it counts as lost. */
const MARGIN_MS = 1_000

/** How long a check may be in flight. */
export const leaseMs = ({ target, timeoutMs }: ServerConfig): number =>
  MARGIN_MS + (target.protocol === 'stdio' ? Math.max(timeoutMs, FIRST_START_MS) : timeoutMs)
