import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Capabilities } from '../src/core/capabilities.ts'
import { timestamp } from '../src/core/clock.ts'
import type { ServerId } from '../src/core/ids.ts'
import type { Change } from '../src/core/ports.ts'
import type { SavedState } from '../src/core/saved-state.ts'
import { canonicalJson, sha256 } from '../src/mcp/canonical.ts'
import { openStore } from '../src/store/open-store.ts'
import { openVault } from '../src/store/vault.ts'
import { TOOLS } from './tools.ts'
import { serverConfig } from './watched-fleet.ts'

type Options = {
  readonly servers: number
  /** Each server gets a path of its own under it. */
  readonly url: string
  readonly intervalMs: number
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

const CAPABILITIES: Capabilities = {
  tools: TOOLS.map((tool) => ({ name: tool.name, hash: sha256(canonicalJson(tool)), definition: tool })),
  prompts: [],
  resources: [],
  dropped: [],
}

function kept(id: ServerId, { url, intervalMs, enabled }: Options): Change[] {
  const now = timestamp(Date.now())
  const config = serverConfig(`server-${id}`, `${url}/${id}`, intervalMs)
  const state: SavedState = {
    revision: 1,
    generation: 1,
    status: enabled ? 'healthy' : 'disabled',
    statusSince: now,
    admin: enabled ? { kind: 'active' } : { kind: 'inactive', by: 'user', at: now, wouldBeHealthy: undefined },
    circuit: { kind: 'closed', failures: 0, cycles: 0 },
    health: { kind: 'up', failures: 0 },
    downSince: undefined,
    lastCheckAt: now,
    lastSuccessAt: now,
    responseTimeMs: 2,
    flap: { penalty: 0, at: now, active: false },
    throttledMs: 0,
  }
  const identity = {
    era: 'legacy',
    protocolVersion: '2025-06-18',
    serverInfo: { name: 'bench', version: '1.0.0' },
  } as const
  return [
    { type: 'server_saved', server: { id, revision: 1, config, createdAt: now, updatedAt: now } },
    { type: 'state_saved', serverId: id, state, identity },
    { type: 'capabilities_saved', serverId: id, capabilities: CAPABILITIES, seenAt: now },
  ]
}
