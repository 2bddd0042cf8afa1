import type { Outcome } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import type { ServerId } from '../ids.ts'
import type { CallPayload } from './call-payload.ts'

/** One request of a client to one server, as it ended. */
export type CallRecord = {
  /** When it arrived. */
  readonly at: Timestamp
  /** Of the API token it came with. */
  readonly tokenId: number
  /** The path it came to, such as `/mcp`. */
  readonly endpoint: string
  readonly serverId: ServerId
  readonly server: string
  readonly method: string
  /** The tool or prompt by the server's own name, or the URI of the resource. */
  readonly target: string | undefined
  /** `refused`: the server was not contacted. */
  readonly outcome: Outcome | 'refused'
  /** Why the server did not do it, in words for people; undefined when it answered. */
  readonly reason: string | undefined
  readonly durationMs: number
  /** Of that, in line for one of the server's places. */
  readonly waitedMs: number
  /** Of the client's request, and of what it was answered. */
  readonly bytesIn: number
  readonly bytesOut: number
  readonly clientVersion: string
  /** Undefined when the server was not contacted. */
  readonly serverVersion: string | undefined
  /** Of the client's `traceparent`. */
  readonly traceId: string | undefined
  /** What was said, of servers that are configured to have it kept. */
  readonly payload: CallPayload | undefined
}
