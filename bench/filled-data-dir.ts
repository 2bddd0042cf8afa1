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
import { toolsOf } from './tools.ts'
import { folder } from './watched-fleet.ts'

type Options = {
  readonly servers: readonly ServerConfig[]
  readonly enabled: boolean
  /** What a server offers, by its place in the list; the same for all unless told otherwise. */
  readonly tools?: (index: number) => ReturnType<typeof toolsOf>
}

const AT_ONCE = 500

/** A data directory as an earlier run left it: servers that were healthy a moment ago, with their tools. Goes with its owner. */
export async function filledDataDir(owned: AsyncDisposableStack, options: Options): Promise<string> {
  const { servers, enabled, tools = () => toolsOf() } = options
  const dataDir = await folder(owned)
  const vault = await openVault({ dataDir, secretKey: undefined })
  const store = await openStore({ databaseUrl: undefined, dataDir, vault })
  try {
    const ids = await store.reserveServerIds(servers.length)
    const changes = servers.map((config, index) => kept(ids[index], config, enabled, tools(index)))
    for (let from = 0; from < changes.length; from += AT_ONCE) {
      await store.commit(changes.slice(from, from + AT_ONCE).flat())
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

function kept(
  id: ServerId | undefined,
  config: ServerConfig,
  enabled: boolean,
  tools: ReturnType<typeof toolsOf>,
): readonly Change[] {
  if (id === undefined) throw new Error('Fewer ids than servers')
  const now = systemClock.wall()
  const state = save(once(config, enabled), systemClock)
  const listed = tools.map((tool) => ({ name: tool.name, hash: sha256(canonicalJson(tool)), definition: tool }))
  const capabilities: Capabilities = { tools: listed, prompts: [], resources: [], dropped: [] }
  return [
    { type: 'server_saved', server: { id, revision: 1, config, createdAt: now, updatedAt: now } },
    { type: 'state_saved', serverId: id, state, identity: PASSED.identity },
    { type: 'capabilities_saved', serverId: id, capabilities, seenAt: now, dates: { since: now, later: new Map() } },
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
