import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { JsonObject } from '../../core/capabilities.ts'
import type { Clock } from '../../core/clock.ts'
import type { Feed } from '../../core/feed.ts'
import type { CallRecord } from '../../core/gateway/call-record.ts'
import { Scopes } from '../../core/gateway/scopes.ts'
import type { ServerId } from '../../core/ids.ts'
import type { CallTracer } from '../../mcp/call-trace.ts'
import { Gateway } from '../../mcp/downstream/gateway.ts'
import type { McpUpstreams } from '../../mcp/upstreams.ts'
import type { Auth } from '../access/auth.ts'
import type { TokenBook } from '../access/token-book.ts'
import type { Config } from '../config/config.ts'
import type { ClientBodies } from '../http/client-bodies.ts'
import { trustedProxies } from '../http/trusted-proxies.ts'
import type { Shares } from '../shares.ts'
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
  readonly shares: Shares
  readonly bodies: ClientBodies
  /** Present where traces are gathered. */
  readonly tracer: CallTracer | undefined
}

type OpenGateway = {
  /** Answers what comes to the gateway's paths; false for all others. */
  readonly before: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Lets calls in flight finish, and ends every session. */
  readonly close: () => Promise<void>
}

/** So late are streams ended at most whose token expired. */
const EXPIRY_LOOK_MS = 1_000

/** The one way of agents to the servers, on the same port as everything else. */
export function openGateway({
  config,
  log,
  version,
  clock,
  watch,
  auth,
  book,
  upstreams,
  said,
  shares,
  bodies,
  tracer,
}: Deps): OpenGateway {
  const { fleet, monitor, bulkhead, collections, callLog, catalog, listChanges, events, settings } = watch
  const onError = (error: unknown) => log.error({ err: error }, 'internal error')
  const serverInfo = { name: 'omni2', version }
  const record = (call: CallRecord) => callLog.record(call)
  const hiddenFields = new Set(config.redactFields.map((name) => name.toLowerCase()))
  const scopes = new Scopes({ collections })
  const gateway = new Gateway({
    ...{ fleet, catalog, scopes, monitor, upstreams, bulkhead, clock, serverInfo },
    ...{ record, hiddenFields, tracer, onError },
    mostOfToken: shares.ofToken,
    callsPerMinute: () => settings.values.gateway.callsPerMinute,
  })
  listChanges.subscribe((change) => gateway.listChanged(change))
  events.subscribe(({ event }) => {
    if (event.type === 'mcp_server_deleted') gateway.serverDeleted(event.serverId)
  })
  said.subscribe(({ id, method, params }) => gateway.heard(id, method, params))
  book.revoked.subscribe((tokens) => gateway.revoke((id) => tokens.has(id)))
  let stopLooking: () => void
  const endExpired = () => {
    gateway.revoke((id) => !book.isValid(id))
    stopLooking = clock.after(EXPIRY_LOOK_MS, endExpired)
  }
  endExpired()
  const isTrusted = trustedProxies(config.trustedProxies)
  const access = new GatewayAccess({ auth, book })
  return {
    before: gatewayEntry({ gateway, access, hosts: config, isTrusted, scopes, fleet, bodies, onError }),
    close: () => {
      stopLooking()
      return gateway.close()
    },
  }
}
