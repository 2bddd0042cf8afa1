import type { Caller, Endpoint } from '../../core/gateway/endpoint.ts'
import type { ClientSelf } from '../relay-request.ts'
import type { LegacySession } from './legacy-session.ts'

/** Whom a request is from: a legacy client within its session, or a modern one that says all of itself each time. */
export type Asker = {
  readonly caller: Caller
  readonly endpoint: Endpoint
  readonly client: ClientSelf
  readonly version: string
  /** Absent in the modern era. */
  readonly session: LegacySession | undefined
}
