import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CheckResult } from '../core/check.ts'
import type { ServerConfig } from '../core/config/server.ts'
import { ProcessRegistry } from '../mcp/stdio/process-registry.ts'
import { StdioChannel } from '../mcp/stdio/stdio-channel.ts'
import { McpUpstreams } from '../mcp/upstreams.ts'
import type { Config } from './config/config.ts'
import { addressPolicy } from './open-upstreams.ts'
import { systemClock } from './system-clock.ts'

type Options = {
  /** Where references are looked up, and what commands are given a few names of. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clientInfo: { readonly name: string; readonly version: string }
  readonly ca: string | undefined
  /** Its networks are kept to; loopback is allowed, since people check from their own machine. */
  readonly config: Config
  readonly signal: AbortSignal
  readonly onResult: (config: ServerConfig, result: CheckResult) => void
}

const AT_ONCE = 16

/**
 * Checks configurations as a running Omni2 on this machine would, a few at a time, without one and without keeping
 * anything. Commands are run: whoever calls this has decided that they may be.
 */
export async function checkConfigs(configs: readonly ServerConfig[], options: Options): Promise<void> {
  const { env, clientInfo, ca, signal, onResult } = options
  const folder = await mkdtemp(path.join(tmpdir(), 'omni2-check-'))
  const processes = await ProcessRegistry.open({ dataDir: folder, onError: () => {} })
  const host = { processes, environment: env, cwd: process.cwd() }
  const upstreams = new McpUpstreams({
    clock: systemClock,
    env,
    addresses: { ...addressPolicy(options.config), allowLoopback: true },
    ca,
    clientInfo,
    onSignal: () => {},
    openProcess: (launch, listener) => new StdioChannel({ ...host, launch, listener, clock: systemClock }),
  })
  try {
    const waiting = configs.values()
    const worker = async () => {
      for (const config of waiting) {
        const result = await upstreams.probe(config, signal)
        signal.throwIfAborted()
        onResult(config, result)
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, configs.length) }, worker))
  } finally {
    await upstreams.close()
    await processes.close()
    await rm(folder, { recursive: true, force: true })
  }
}
