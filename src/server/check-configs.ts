import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CheckResult } from '../core/check.ts'
import type { ServerConfig } from '../core/config/server.ts'
import type { Config } from './config/config.ts'
import { eachAtOnce } from './each-at-once.ts'
import { openUpstreams } from './open-upstreams.ts'
import { ownShares } from './shares.ts'
import { systemClock } from './system-clock.ts'

type Options = {
  /** Where references are looked up, and what commands are given a few names of. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Its authorities and networks hold; loopback is allowed, since people check from their own machine. */
  readonly config: Config
  readonly signal: AbortSignal
  readonly onResult: (config: ServerConfig, result: CheckResult) => void
}

const AT_ONCE = 16

/**
 * Checks configurations as a running Omni2 on this machine would, a few at a time, without one and without keeping
 * anything. Commands are run: whoever calls this has decided that they may be.
 * @throws AppError 'invalid_input' when the file of authorities cannot be read.
 */
export async function checkConfigs(configs: readonly ServerConfig[], options: Options): Promise<void> {
  const { env, version, signal, onResult } = options
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-check-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(dataDir, { recursive: true, force: true }))
  const { upstreams, close } = await openUpstreams({
    config: { ...options.config, dataDir, stdioAllowed: true, loopbackTargetsAllowed: true },
    env,
    version,
    cwd: process.cwd(),
    shares: await ownShares(),
    clock: systemClock,
    onSignal: () => {},
    onError: () => {},
  })
  owned.defer(close)
  await eachAtOnce(configs, AT_ONCE, async (config) => {
    const result = await upstreams.probe(config, signal)
    signal.throwIfAborted()
    onResult(config, result)
  })
}
