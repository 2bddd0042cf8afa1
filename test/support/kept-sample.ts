import type { DomainEvent } from '../../src/core/events.ts'
import { serverId } from '../../src/core/ids.ts'
import type { Store } from '../../src/core/ports.ts'
import { hashSecret } from '../../src/server/access/secrets.ts'
import { aCall } from './calls.ts'
import { aCollection, choice } from './collections.ts'
import {
  aServer,
  aToken,
  at,
  capabilitiesSaved,
  checkLogged,
  failure,
  saved,
  stateSaved,
  told,
} from './store-samples.ts'
import { aServerView } from './wire-samples.ts'

/** OMNI2_SECRET_KEY of every kept sample. */
export const SAMPLE_KEY = 'the key of every kept sample'
/** An admin's. */
export const SAMPLE_TOKEN = `omni2_admin_${'sample'.repeat(7)}s`

const [watched, off, dead, given] = [serverId(1), serverId(2), serverId(3), serverId(4)]

/** Something of everything: servers that are healthy, off, cut off and given up, and what happened to them. */
export async function fillSample(store: Store): Promise<void> {
  await store.reserveServerIds(4)
  const created = (id: number, serverName: string): DomainEvent => ({
    type: 'mcp_server_created',
    serverId: serverId(id),
    serverName,
    version: 1,
    severity: 'info',
    server: aServerView(id, { name: serverName }),
  })
  const about = { serverId: dead, serverName: 'dead', version: 2, severity: 'high' } as const
  await store.commit([
    // Relative to the folder that tests run in.
    saved(
      aServer(watched, {
        name: 'watched',
        target: {
          protocol: 'stdio',
          command: 'node_modules/.bin/node',
          args: ['test/fixtures/mcp-over-stdio.ts'],
          env: {},
        },
      }),
    ),
    saved(aServer(off, { name: 'off' })),
    saved(aServer(dead, { name: 'dead', breakerOverride: { failureThreshold: 7 } })),
    saved(aServer(given, { name: 'given-up' })),
    stateSaved(watched, {
      status: 'healthy',
      admin: { kind: 'active' },
      circuit: { kind: 'closed', failures: 0, cycles: 0 },
      health: { kind: 'up', failures: 0 },
      downSince: undefined,
      lastSuccessAt: at(6),
    }),
    stateSaved(off, {
      status: 'disabled',
      admin: { kind: 'inactive', by: 'user', at: at(2), wouldBeHealthy: undefined },
    }),
    stateSaved(dead, { admin: { kind: 'active' } }),
    stateSaved(given, { status: 'disabled' }),
    capabilitiesSaved(watched, { later: new Map([['tool search', { firstSeen: at(3), lastChanged: at(7) }]]) }),
    {
      type: 'capabilities_changed',
      serverId: watched,
      at: at(7),
      changes: [
        {
          kind: 'tool',
          name: 'search',
          change: 'changed',
          before: { name: 'search', description: 'Searches' },
          after: { name: 'search', nested: [1] },
          truncated: false,
        },
      ],
      omitted: 0,
    },
    checkLogged(watched),
    checkLogged(dead, { outcome: 'connect', status: 'disconnected', failure, toolCount: undefined }),
    ...['watched', 'off', 'dead', 'given-up'].map((name, index) => told(created(index + 1, name))),
    told(
      {
        ...about,
        type: 'mcp_status_change',
        oldStatus: 'unknown',
        newStatus: 'disconnected',
        reasonCode: failure.code,
        reason: failure.message,
      },
      10,
    ),
    told(
      {
        ...about,
        type: 'circuit_breaker_state',
        oldState: 'closed',
        newState: 'open',
        failureCount: 5,
        failureCycles: 1,
        retryAt: at(4),
      },
      20,
    ),
    told(
      {
        ...about,
        type: 'mcp_status_change',
        oldStatus: 'disconnected',
        newStatus: 'circuit_open',
        reasonCode: failure.code,
        reason: failure.message,
      },
      20,
    ),
    { type: 'span_known', serverId: watched, span: { kind: 'up', from: at(), until: at(6) } },
    {
      type: 'incident_opened',
      incident: {
        serverId: dead,
        startedAt: at(10),
        cause: { ...failure, stages: [] },
        worst: 'circuit_open',
        cycles: 1,
      },
    },
    { type: 'setting_saved', key: 'retention_days', value: 12 },
    {
      type: 'collection_saved',
      collection: aCollection(1, 'chosen', [
        { serverId: watched, tools: new Map([['search', choice({ name: 'find' })]]), otherTools: false },
      ]),
    },
  ])
  await store.saveCalls([
    aCall(1, {
      ...{ at: at(8), serverId: watched, server: 'watched' },
      payload: { arguments: { text: '{"q":1}', truncated: false }, result: { text: '{"content":[', truncated: true } },
    }),
    aCall(2, {
      at: at(9),
      serverId: dead,
      server: 'dead',
      outcome: 'refused',
      durationMs: 0.1,
      reason: 'Its circuit is open',
      waitedMs: 0.05,
      serverVersion: undefined,
    }),
  ])
  const { id: parentId } = await store.saveToken(
    aToken({ name: "the sample's", hash: hashSecret(SAMPLE_TOKEN), expiresAt: undefined }),
  )
  await store.saveToken(aToken({ kind: 'session', hash: 'x', parentId }))
  const limit = { servers: [watched], collections: [await store.reserveCollectionId()] }
  await store.saveToken(aToken({ role: 'agent', hash: 'y', limit }))
}
