import type { Capabilities, Capability } from '../../src/core/capabilities.ts'
import { type Timestamp, timestamp } from '../../src/core/clock.ts'
import { Secret } from '../../src/core/config/secret.ts'
import type { Server, ServerConfig } from '../../src/core/config/server.ts'
import type { DomainEvent } from '../../src/core/events.ts'
import type { SavedState } from '../../src/core/health/saved-state.ts'
import type { CapabilityDates } from '../../src/core/history/capability-dates.ts'
import { collectionId, type ServerId, serverId } from '../../src/core/ids.ts'
import type { Change, CheckRow, Limits } from '../../src/core/ports.ts'
import type { StoredToken } from '../../src/core/token.ts'
import { anHttpConfig } from './fakes.ts'

/** 2026-11-22, and `ms` after it. */
export const at = (ms = 0): Timestamp => timestamp(Date.UTC(2026, 10, 22) + ms)

/** Ids for tests that need no new ones. */
export const A = serverId(1)
export const B = serverId(2)
export const C = serverId(3)

export const aServer = (id: ServerId, over: Partial<ServerConfig> = {}): Server => ({
  id,
  revision: 1,
  config: anHttpConfig({ name: `server-${id}`, ...over }),
  createdAt: at(),
  updatedAt: at(),
})

export const saved = (server: Server): Change => ({ type: 'server_saved', server })

export const failure = {
  code: 'connect_refused',
  stage: 'connect',
  message: 'Connection refused by 127.0.0.1:9001',
  nextAction: 'Start the server.',
} as const

export const aState = (over: Partial<SavedState> = {}): SavedState => ({
  revision: 1,
  generation: 2,
  status: 'circuit_open',
  statusSince: at(1),
  admin: { kind: 'inactive', by: 'auto', at: at(2), reason: 'Too many failures', wouldBeHealthy: false },
  circuit: { kind: 'open', openedAt: at(3), retryAt: at(4), failures: 5, cycles: 1, failedCanaries: 2 },
  health: { kind: 'down', transport: true, authRequired: false, failure },
  downSince: at(5),
  lastCheckAt: at(6),
  lastSuccessAt: undefined,
  responseTimeMs: 1.5,
  flap: { penalty: 0.25, at: at(7), active: false },
  throttledMs: 0,
  ...over,
})

export const stateSaved = (id: ServerId, over: Partial<SavedState> = {}): Change => ({
  type: 'state_saved',
  serverId: id,
  state: aState(over),
  identity: {
    era: 'modern',
    protocolVersion: '2026-07-28',
    serverInfo: { name: 'upstream', version: '1.2' },
    instructions: 'Search before you fetch.',
  },
})

const aCapability = (name: string): Capability => ({ name, hash: `hash of ${name}`, definition: { name, nested: [1] } })

export const someCapabilities: Capabilities = {
  tools: [aCapability('search'), aCapability('fetch')],
  prompts: [aCapability('greet')],
  resources: [aCapability('file:///readme')],
  dropped: [{ kind: 'tool', name: 'bad', reason: 'no schema' }],
}

/** All of it was there from the beginning. */
export const sinceListed: CapabilityDates = { since: at(), later: new Map() }

export const capabilitiesSaved = (id: ServerId, over: Partial<CapabilityDates> = {}): Change => ({
  type: 'capabilities_saved',
  serverId: id,
  capabilities: someCapabilities,
  seenAt: at(8),
  dates: { ...sinceListed, ...over },
})

export const aCheck = (id: ServerId, over: Partial<CheckRow> = {}): CheckRow => ({
  serverId: id,
  at: at(),
  trigger: 'scheduled',
  outcome: 'ok',
  status: 'healthy',
  responseTimeMs: 12.25,
  stages: [{ stage: 'handshake', ok: true, ms: 12.25 }],
  failure: undefined,
  toolCount: 2,
  ...over,
})

export const checkLogged = (id: ServerId, over: Partial<CheckRow> = {}, runFrom?: Timestamp): Change => ({
  type: 'check_logged',
  check: aCheck(id, over),
  runFrom,
})

/** As it comes back when it is no run. */
export const storedAlone = (check: CheckRow) => ({
  ...check,
  count: 1,
  until: check.at,
  fastestMs: check.responseTimeMs,
  slowestMs: check.responseTimeMs,
})

/** Everything older than `ms` after the beginning may go, but what `over` says. */
export const olderThan = (ms: number, over: Partial<Limits> = {}): Limits => ({
  checks: at(ms),
  calls: at(ms),
  payloads: at(ms),
  events: at(ms),
  incidents: at(ms),
  spans: at(ms),
  minute: at(ms),
  hour: at(ms),
  day: at(ms),
  ...over,
})

export const aDeletion = (serverName: string): DomainEvent => ({
  type: 'mcp_server_deleted',
  serverId: serverId(1),
  serverName,
  version: 12,
  severity: 'info',
})

export const told = (event: DomainEvent, ms = 0): Change => ({ type: 'event', event, at: at(ms) })

const about = { serverId: serverId(1), serverName: 'github', version: 12, severity: 'high' } as const
const names = { added: ['a'], removed: [], changed: ['b'] }

/** One of each type, and of each optional part both ways. */
export const everyEvent: readonly DomainEvent[] = [
  {
    ...about,
    type: 'mcp_status_change',
    oldStatus: 'healthy',
    newStatus: 'disconnected',
    reasonCode: 'connect_refused',
    reason: 'Refused',
  },
  {
    ...about,
    type: 'mcp_status_change',
    oldStatus: 'unknown',
    newStatus: 'healthy',
    reasonCode: undefined,
    reason: undefined,
  },
  {
    ...about,
    type: 'circuit_breaker_state',
    oldState: 'closed',
    newState: 'open',
    failureCount: 5,
    failureCycles: 1,
    retryAt: at(9),
  },
  { ...about, type: 'mcp_auto_disabled', reason: 'Ten cycles', failureCycles: 10, severity: 'critical' },
  { ...about, type: 'mcp_server_created', server: { id: 1, name: 'github' } },
  { ...about, type: 'mcp_server_updated', server: { id: 1, name: 'github', enabled: false } },
  { ...about, type: 'mcp_server_deleted', severity: 'info' },
  { ...about, type: 'mcp_capabilities_changed', ...names, prompts: names, resources: names, truncated: true },
  { type: 'mcp_common_cause', severity: 'critical', active: true, servers: ['a', 'b'], suspected: 'network' },
  {
    type: 'collection_changed',
    severity: 'info',
    change: 'updated',
    collectionId: collectionId(4),
    collectionName: 'issues',
  },
]

export const aToken = (over: Partial<StoredToken> = {}): Omit<StoredToken, 'id'> => ({
  kind: 'api',
  name: 'laptop',
  role: 'admin',
  hash: 'hash-1',
  parentId: undefined,
  limit: undefined,
  createdAt: at(),
  expiresAt: at(10),
  lastUsedAt: undefined,
  ...over,
})

/** Twelve secrets, one in each place that may hold one, in configs that reach a server in every way. */
export function plantedSecrets(): { readonly secrets: readonly string[]; readonly configs: readonly ServerConfig[] } {
  const secrets: string[] = []
  const plant = () => {
    const value = `planted-secret-${secrets.length}-äß`
    secrets.push(value)
    return value
  }
  const url = (before: string, after: string) =>
    new Secret(`https://u:${before}@up.test/mcp?key=${after}`, 'https://up.test/mcp')
  const http = (protocol: 'http-streamable' | 'sse') => ({ protocol, url: url(plant(), plant()) }) as const
  const configs = [
    anHttpConfig({ name: 'a', target: http('http-streamable'), auth: { type: 'bearer', token: new Secret(plant()) } }),
    anHttpConfig({
      name: 'b',
      target: http('sse'),
      auth: { type: 'api_key', headerName: 'X-Key', apiKey: new Secret(plant()) },
    }),
    anHttpConfig({
      name: 'c',
      target: http('http-streamable'),
      auth: { type: 'custom_headers', headers: { 'X-A': new Secret(plant()), 'X-B': new Secret(plant()) } },
    }),
    anHttpConfig({
      name: 'd',
      target: {
        protocol: 'stdio',
        command: 'node',
        args: ['server.js', `--key=${plant()}`],
        env: { TOKEN: new Secret(plant()) },
      },
      auth: { type: 'none' },
    }),
  ]
  return { secrets, configs }
}
