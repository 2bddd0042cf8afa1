/** The circuit breaker's settings, for the fleet and, in part, for one server. Names as in the REST contract. */
export type BreakerConfig = {
  readonly enabled: boolean
  /** Consecutive failures that open the circuit. */
  readonly failureThreshold: number
  /** Base of the open time; doubles with each failed cycle. */
  readonly openMs: number
  /** Canary checks in a row that must pass to close it. */
  readonly halfOpenMaxCalls: number
  /** Failed canaries in a row after which a server may be disabled automatically. */
  readonly maxFailureCycles: number
  readonly autoDisableEnabled: boolean
}

export const DEFAULT_BREAKER: BreakerConfig = {
  enabled: true,
  failureThreshold: 5,
  openMs: 30_000,
  halfOpenMaxCalls: 2,
  maxFailureCycles: 10,
  autoDisableEnabled: true,
}
