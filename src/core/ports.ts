import type { Capabilities, CapabilityKind, Json, JsonObject } from './capabilities.ts'
import type { CheckResult, Failure, Identity, Outcome, StageResult, Trigger } from './check.ts'
import type { Timestamp } from './clock.ts'
import type { Server, ServerConfig } from './config/server.ts'
import type { DomainEvent, EventType, Severity, StoredEvent } from './events.ts'
import type { CallCount, CallFilter, CallQuery, CallSource, StoredCall } from './gateway/call-history.ts'
import type { Collection } from './gateway/collection.ts'
import type { SavedState } from './health/saved-state.ts'
import type { HealthStatus } from './health/state.ts'
import type { KeptChange, KeptChanges } from './history/capability-changes.ts'
import type { CapabilityDates } from './history/capability-dates.ts'
import type { Ending, Incident, Worst } from './history/incident.ts'
import type { RollUp, RollUpSize } from './history/roll-up.ts'
import type { Span } from './history/span.ts'
import type { CollectionId, ServerId } from './ids.ts'
import type { StoredToken } from './token.ts'

/** What a server says of a call while it runs. */
export type CallNews =
  | { readonly type: 'progress'; readonly progress: number; readonly total?: number; readonly message?: string }
  /** Most transports do not tell for which call it is: whatever the server logs meanwhile. */
  | { readonly type: 'log'; readonly level: string; readonly logger?: string; readonly data: Json }

export type ToolCall = {
  readonly tool: string
  readonly args: JsonObject
  /** Told what happens meanwhile, which is asked for only then. */
  readonly heard?: ((news: CallNews) => void) | undefined
}

/** The messages of a call, as they went over the wire but for the server's own credentials. */
export type CallExchange = {
  readonly request: JsonObject
  /** Absent when nothing came that could be one. */
  readonly response: JsonObject | undefined
  /** From the start of the call until the request went out: connecting and greeting, where that was needed. */
  readonly preparedMs: number
}

/** The result of running one tool. `result` is the upstream's `result` object, unchanged. */
export type CallResult = (
  | { readonly outcome: 'ok'; readonly result: JsonObject }
  /** A JSON-RPC error reply: the upstream is alive and says no. */
  | {
      readonly outcome: 'app_error'
      readonly error: { readonly code: number; readonly message: string; readonly data?: Json }
    }
  | { readonly outcome: Exclude<Outcome, 'ok' | 'app_error'>; readonly failure: Failure }
) & {
  readonly durationMs: number
  /** Absent when nothing was sent. */
  readonly exchange?: CallExchange | undefined
}

/** What an upstream tells without being asked. */
export type UpstreamSignal =
  | { readonly type: 'process_exited'; readonly serverId: ServerId; readonly failure: Failure }
  | { readonly type: 'list_changed'; readonly serverId: ServerId }

/** The connections to all upstreams: one kept session per server for checks, renewed when lost. */
export interface Upstreams {
  /** One check on the kept session; `deep` also lists capabilities, `onDemand` starts a process even while it backs off. Ends within the server's own deadlines; never rejects for the upstream's fault. */
  check(
    server: Server,
    options: { readonly deep: boolean; readonly onDemand: boolean },
    signal: AbortSignal,
  ): Promise<CheckResult>
  /** A deep check of a config that is not saved, on a connection of its own that is closed afterwards. */
  probe(config: ServerConfig, signal: AbortSignal): Promise<CheckResult>
  /** Runs one tool, ending within `callTimeoutMs`. Never rejects for the upstream's fault. */
  callTool(server: Server, call: ToolCall, signal: AbortSignal): Promise<CallResult>
  /** Drops the server's connection; calls in flight finish first, at most 10 s. The next use connects anew. */
  drop(id: ServerId): Promise<void>
  /** The last 64 KiB a stdio server wrote to stderr; undefined when it never ran. */
  stderr(id: ServerId): string | undefined
  /** Ends every connection and process. */
  close(): Promise<void>
}

/** One check, for the health log. */
export type CheckRow = {
  readonly serverId: ServerId
  readonly at: Timestamp
  readonly trigger: Trigger
  readonly outcome: Outcome
  readonly status: HealthStatus
  readonly responseTimeMs: number
  readonly stages: readonly StageResult[]
  readonly failure: Failure | undefined
  readonly toolCount: number | undefined
}

/**
 * One row of the health log: a check, or a run of `count` that passed alike, the first at `at` and the last at `until`.
 * `stages` are those of the last.
 */
export type StoredCheck = CheckRow & {
  readonly id: number
  readonly count: number
  readonly until: Timestamp
  /** `responseTimeMs` is the mean of the run; these are its bounds. */
  readonly fastestMs: number
  readonly slowestMs: number
}

/** A part of one transaction. */
export type Change =
  | { readonly type: 'server_saved'; readonly server: Server }
  /** Takes its state, log and capabilities along; its events stay. */
  | { readonly type: 'server_deleted'; readonly serverId: ServerId }
  | {
      readonly type: 'state_saved'
      readonly serverId: ServerId
      readonly state: SavedState
      readonly identity: Identity | undefined
    }
  /** Also counted in its minute. `runFrom`: when the run of equal checks began that it goes on with, or begins. */
  | { readonly type: 'check_logged'; readonly check: CheckRow; readonly runFrom: Timestamp | undefined }
  /** Takes the place of the one with the same `from`. */
  | { readonly type: 'span_known'; readonly serverId: ServerId; readonly span: Span }
  /** Nothing when one of the server is open already; the two others do nothing when none is. */
  | { readonly type: 'incident_opened'; readonly incident: Omit<Incident, 'id' | 'ended'> }
  | {
      readonly type: 'incident_worsened'
      readonly serverId: ServerId
      readonly status: Worst
      /** To be added. */
      readonly cycles: number
    }
  | { readonly type: 'incident_ended'; readonly serverId: ServerId; readonly at: Timestamp; readonly by: Ending }
  | {
      readonly type: 'capabilities_saved'
      readonly serverId: ServerId
      readonly capabilities: Capabilities
      readonly seenAt: Timestamp
      readonly dates: CapabilityDates
    }
  /** Kept up to a size for each server: the oldest go. */
  | ({ readonly type: 'capabilities_changed'; readonly serverId: ServerId; readonly at: Timestamp } & KeptChanges)
  | { readonly type: 'collection_saved'; readonly collection: Collection }
  | { readonly type: 'collection_deleted'; readonly collectionId: CollectionId }
  | { readonly type: 'setting_saved'; readonly key: string; readonly value: Json }
  | { readonly type: 'event'; readonly event: DomainEvent; readonly at: Timestamp }

/** A server with what was kept of it. */
export type LoadedServer = {
  readonly server: Server
  readonly state: SavedState | undefined
  readonly identity: Identity | undefined
  readonly capabilities:
    | { readonly value: Capabilities; readonly seenAt: Timestamp; readonly dates: CapabilityDates }
    | undefined
}

export type CheckQuery = {
  readonly serverId: ServerId
  readonly outcome?: readonly Outcome[]
  readonly status?: readonly HealthStatus[]
  readonly trigger?: readonly Trigger[]
  /** Only rows with a smaller id: the cursor. */
  readonly beforeId?: number
  readonly limit: number
}

/** A change of a tool, prompt or resource, and of how many seen at the same moment nothing was kept. */
export type StoredCapabilityChange = KeptChange & {
  readonly id: number
  readonly serverId: ServerId
  readonly at: Timestamp
  readonly omitted: number
}

export type CapabilityChangeQuery = {
  readonly serverId: ServerId
  readonly kind?: CapabilityKind
  readonly name?: string
  readonly beforeId?: number
  readonly limit: number
}

export type IncidentQuery = {
  readonly serverIds?: readonly ServerId[]
  readonly open?: boolean
  /** Only what was still going on then, or began later. */
  readonly since?: Timestamp
  readonly before?: IncidentPosition
  readonly limit: number
}

/** Where an incident stands in a list. */
export type IncidentPosition = { readonly id: number; readonly open: boolean }

export type RollUpQuery = {
  readonly serverIds: readonly ServerId[]
  readonly size: RollUpSize
  readonly from: Timestamp
  readonly until: Timestamp
}

/** Of each kind, what is older than this may go. */
export type Limits = Readonly<
  Record<'checks' | 'calls' | 'payloads' | 'events' | 'incidents' | 'spans' | RollUpSize, Timestamp>
>

export type EventQuery = {
  /** Only events with a greater seq. */
  readonly sinceSeq: number
  /** Only events with a smaller one. */
  readonly beforeSeq?: number
  /** Oldest first when left out. */
  readonly order?: 'oldest' | 'newest'
  readonly types?: readonly EventType[]
  readonly severities?: readonly Severity[]
  readonly serverNames?: readonly string[]
  readonly limit: number
}

/** Everything kept. Methods reject with AppError 'unavailable' when the database cannot be reached. */
export interface Store {
  /** Every server; used once, at start. */
  loadServers(): Promise<readonly LoadedServer[]>
  /** Ids never used before, in order. */
  reserveServerIds(count: number): Promise<readonly ServerId[]>
  /**
   * All of it in one transaction, or nothing; answers the events among the changes, in order, with their `seq`. State,
   * checks and capabilities of a server that is gone are left out. @throws AppError 'conflict' for a name that is taken.
   */
  commit(changes: readonly Change[]): Promise<readonly StoredEvent[]>
  /** Newest first. */
  checks(query: CheckQuery): Promise<readonly StoredCheck[]>
  events(query: EventQuery): Promise<readonly StoredEvent[]>
  /** Newest first. */
  capabilityChanges(query: CapabilityChangeQuery): Promise<readonly StoredCapabilityChange[]>
  /** Open ones first, then the newest first. */
  incidents(query: IncidentQuery): Promise<readonly Incident[]>
  /** Of each server what reaches beyond `from`, the oldest first. */
  spans(serverIds: readonly ServerId[], from: Timestamp): Promise<ReadonlyMap<ServerId, readonly Span[]>>
  rollUps(query: RollUpQuery): Promise<readonly RollUp[]>
  /** Each takes the place of the one for the same server, size and time; those of servers that are gone are left out. */
  saveRollUps(rollUps: readonly RollUp[]): Promise<void>
  /** All of them in one transaction. */
  saveCalls(calls: readonly StoredCall[]): Promise<void>
  /** Newest first, without what was said in them. */
  calls(query: CallQuery): Promise<readonly StoredCall[]>
  /** With what was said in it, if that is kept; undefined when there is no such call. */
  call(id: number): Promise<StoredCall | undefined>
  callCounts(filter: CallFilter): Promise<readonly CallCount[]>
  callSources(filter: CallFilter): Promise<readonly CallSource[]>
  /** Of the newest that is kept; 0 when none is. */
  lastCallId(): Promise<number>
  /** The oldest and newest `seq` kept; newest 0 when nothing happened yet. */
  eventRange(): Promise<{ readonly oldest: number; readonly newest: number }>
  setting(key: string): Promise<Json | undefined>
  /** In the order of their ids. */
  collections(): Promise<readonly Collection[]>
  /** Never used before. */
  reserveCollectionId(): Promise<CollectionId>
  tokens(): Promise<readonly StoredToken[]>
  saveToken(token: Omit<StoredToken, 'id'>): Promise<StoredToken>
  /** False when there was none. */
  deleteToken(id: number): Promise<boolean>
  touchToken(id: number, usedAt: Timestamp): Promise<void>
  /**
   * Deletes at most `limit` rows of each kind that are older than its limit, and sessions that ended before that of
   * events; answers how many went, 0 when nothing is left. The newest events and open incidents stay however old.
   */
  prune(limits: Limits, limit: number): Promise<number>
  /** Rejects when the database does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Encrypts what must not be readable at rest. */
export interface Vault {
  seal(plain: string): string
  /** @throws AppError 'unavailable' when the key is not the one it was sealed with. */
  open(sealed: string): string
}
