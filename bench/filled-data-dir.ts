import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Capabilities } from '../src/core/capabilities.ts'
import type { CheckResult } from '../src/core/check.ts'
import type { ServerConfig } from '../src/core/config/server.ts'
import { DEFAULT_BREAKER } from '../src/core/health/breaker-config.ts'
import type { HealthEvent } from '../src/core/health/health-event.ts'
import { next } from '../src/core/health/reducer.ts'
import { initial, save } from '../src/core/health/restore.ts'
import type { ServerState } from '../src/core/health/state.ts'
import type { ServerId } from '../src/core/ids.ts'
import type { Change } from '../src/core/ports.ts'
import { canonicalJson, sha256 } from '../src/mcp/canonical.ts'
import { systemClock } from '../src/server/system-clock.ts'
import { openStore } from '../src/store/open-store.ts'
import { openVault } from '../src/store/vault.ts'
import { TOOLS } from './tools.ts'
import { serverConfig } from './watched-fleet.ts'

type Options = {
  readonly servers: number
  /** Each server gets a path of its own under one of them, in turn. */
  readonly urls: readonly string[]
  readonly intervalMs: number
  /** Of checks; as `serverConfig` has it when absent. */
  readonly timeoutMs?: number
  readonly enabled: boolean
}

const AT_ONCE = 500

/** A data directory as an earlier run left it: servers that were healthy a moment ago, with their tools. Goes with its owner. */
export async function filledDataDir(owned: AsyncDisposableStack, options: Options): Promise<string> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-bench-'))
  owned.defer(() => rm(dataDir, { recursive: true, force: true }))
  const vault = await openVault({ dataDir, secretKey: undefined })
  const store = await openStore({ databaseUrl: undefined, dataDir, vault })
  try {
    const ids = await store.reserveServerIds(options.servers)
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      await store.commit(ids.slice(from, from + AT_ONCE).flatMap((id) => kept(id, options)))
    }
  } finally {
    await store.close()
  }
  return dataDir
}

const PASSED: CheckResult = {
  outcome: 'ok',
  stages: [],
  responseTimeMs: 2,
  identity: { era: 'legacy', protocolVersion: '2025-06-18', serverInfo: { name: 'bench', version: '1.0.0' } },
  capabilities: undefined,
}
const CAPABILITIES: Capabilities = {
  tools: TOOLS.map((tool) => ({ name: tool.name, hash: sha256(canonicalJson(tool)), definition: tool })),
  prompts: [],
  resources: [],
  dropped: [],
}

function kept(id: ServerId, { urls, intervalMs, enabled, ...over }: Options): Change[] {
  const now = systemClock.wall()
  const config = { ...serverConfig(`server-${id}`, `${urls[id % urls.length]}/${id}`, intervalMs), ...over }
  const state = save(once(config, enabled), systemClock)
  return [
    { type: 'server_saved', server: { id, revision: 1, config, createdAt: now, updatedAt: now } },
    { type: 'state_saved', serverId: id, state, identity: PASSED.identity },
    {
      type: 'capabilities_saved',
      serverId: id,
      capabilities: CAPABILITIES,
      seenAt: now,
      dates: { since: now, later: new Map() },
    },
  ]
}

/** The state after one check that passed. */
function once({ checkIntervalMs, timeoutMs }: ServerConfig, enabled: boolean): ServerState {
  const events: HealthEvent[] = [
    { type: 'check_requested', trigger: 'scheduled', deep: true, leaseMs: timeoutMs },
    { type: 'check_finished', token: 1, result: PASSED },
    { type: enabled ? 'enabled' : 'disabled' },
  ]
  const now = systemClock.now()
  const fresh = initial({ intervalMs: checkIntervalMs, timeoutMs, breaker: DEFAULT_BREAKER }, 1, now)
  return events.reduce((state, event) => next(state, event, now, 0.5).state, fresh)
}
