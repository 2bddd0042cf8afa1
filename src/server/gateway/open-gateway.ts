import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { JsonObject } from '../../core/capabilities.ts'
import type { Clock } from '../../core/clock.ts'
import type { DomainEvent, NamesChanged } from '../../core/events.ts'
import type { Feed } from '../../core/feed.ts'
import type { CallRecord } from '../../core/gateway/call-record.ts'
import type { ListKind } from '../../core/gateway/catalog.ts'
import { Scopes } from '../../core/gateway/scopes.ts'
import type { ServerId } from '../../core/ids.ts'
import { Gateway } from '../../mcp/downstream/gateway.ts'
import { LIST_KINDS } from '../../mcp/downstream/listeners.ts'
import type { McpUpstreams } from '../../mcp/upstreams.ts'
import type { Auth } from '../access/auth.ts'
import type { TokenBook } from '../access/token-book.ts'
import type { Config } from '../config/config.ts'
import type { Watch } from '../watch-fleet.ts'
import { GatewayAccess } from './gateway-access.ts'
import { gatewayEntry } from './gateway-entry.ts'

/** What a server said on a connection that all share, without being asked. */
export type Said = { readonly id: ServerId; readonly method: string; readonly params: JsonObject }

type Deps = {
  readonly config: Config
  readonly log: Logger
  readonly version: string
  readonly clock: Clock
  readonly watch: Watch
  readonly auth: Auth
  readonly book: TokenBook
  readonly upstreams: McpUpstreams
  readonly said: Feed<Said>
}

type OpenGateway = {
  /** Answers what comes to the gateway's paths; false for all others. */
  readonly before: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Lets calls in flight finish, and ends every session. */
  readonly close: () => Promise<void>
}

/** The one way of agents to the servers, on the same port as everything else. */
export function openGateway({ config, log, version, clock, watch, auth, book, upstreams, said }: Deps): OpenGateway {
  const { fleet, monitor, bulkhead, collections, callLog, events } = watch
  const onError = (error: unknown) => log.error({ err: error }, 'internal error')
  const serverInfo = { name: 'omni2', version }
  const record = (call: CallRecord) => callLog.record(call)
  const gateway = new Gateway({ fleet, monitor, upstreams, bulkhead, clock, serverInfo, record, onError })
  events.subscribe(({ event }) => tellChanges(gateway, event))
  said.subscribe(({ id, method, params }) => gateway.heard(id, method, params))
  const access = new GatewayAccess({ auth, book })
  const scopes = new Scopes({ collections })
  return {
    before: gatewayEntry({ gateway, access, hosts: config, scopes, fleet, onError }),
    close: () => gateway.close(),
  }
}

/** Which events change what agents are offered: what is down stays listed. */
function tellChanges(gateway: Gateway, event: DomainEvent): void {
  if (event.type === 'mcp_capabilities_changed') gateway.listsChanged(changedLists(event), event.serverName)
  else if (event.type === 'collection_changed') gateway.listsChanged(LIST_KINDS, undefined)
  else if ('serverName' in event && (CHANGES.has(event.type) || isSwitched(event)))
    gateway.listsChanged(LIST_KINDS, event.serverName)
}

/** Of names that were too many to tell, any list may be. */
function changedLists(event: Extract<DomainEvent, { type: 'mcp_capabilities_changed' }>): readonly ListKind[] {
  if (event.truncated) return LIST_KINDS
  const { prompts, resources } = event
  const changes = { tools: event, prompts, resources } satisfies Record<ListKind, NamesChanged>
  return LIST_KINDS.filter((kind) => {
    const { added, removed, changed } = changes[kind]
    return added.length + removed.length + changed.length > 0
  })
}

const CHANGES: ReadonlySet<string> = new Set(['mcp_server_created', 'mcp_server_updated', 'mcp_server_deleted'])

const isSwitched = (event: DomainEvent): boolean =>
  event.type === 'mcp_status_change' && (event.oldStatus === 'disabled' || event.newStatus === 'disabled')
