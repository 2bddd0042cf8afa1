import { USUAL_NAME_LIMIT } from './public-name.ts'

/** What people set for all who come through the gateway. */
export type GatewaySettings = {
  /** Whether what a server that is down offers is left out of lists where servers are put together. */
  readonly hidesDown: boolean
  /** How long a name may be where servers are put together. */
  readonly nameLimit: number
  /** How many calls each token may make a minute; undefined: as many as it likes. */
  readonly callsPerMinute: number | undefined
}

export const DEFAULT_GATEWAY: GatewaySettings = {
  hidesDown: false,
  nameLimit: USUAL_NAME_LIMIT,
  callsPerMinute: undefined,
}

export const NAME_LIMITS = { least: USUAL_NAME_LIMIT, most: 128 } as const
