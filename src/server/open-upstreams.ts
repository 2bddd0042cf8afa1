import { readFile } from 'node:fs/promises'
import type { JsonObject } from '../core/capabilities.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { ServerId } from '../core/ids.ts'
import type { UpstreamSignal } from '../core/ports.ts'
import { faultOf } from '../mcp/failures.ts'
import { type AddressPolicy, parseCidr } from '../mcp/http/address-rules.ts'
import { meansOf } from '../mcp/means.ts'
import { ProcessRegistry } from '../mcp/stdio/process-registry.ts'
import { StdioChannel } from '../mcp/stdio/stdio-channel.ts'
import { McpUpstreams } from '../mcp/upstreams.ts'
import type { Config } from './config/config.ts'
import type { Shares } from './shares.ts'

type Deps = {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Where commands run. */
  readonly cwd: string
  readonly shares: Shares
  readonly clock: Clock
  readonly onSignal: (signal: UpstreamSignal) => void
  /** Absent when nobody listens. */
  readonly onNotified?: (id: ServerId, method: string, params: JsonObject) => void
  readonly onError: (error: unknown) => void
}

export type OpenUpstreams = {
  readonly upstreams: McpUpstreams
  /** Processes of an earlier life that were still there, and are no more. */
  readonly reaped: number
  /** Ends every connection and every process. */
  readonly close: () => Promise<void>
}

/** Which addresses registered servers may have. */
export const addressPolicy = (config: Config): AddressPolicy => ({
  allowLoopback: config.loopbackTargetsAllowed,
  allow: config.allowNetworks.map(parseCidr),
  deny: config.denyNetworks.map(parseCidr),
})

/** Everything that reaches out: connections, and the processes of stdio servers under guard. */
export async function openUpstreams({
  config,
  env,
  version,
  cwd,
  shares,
  clock,
  onSignal,
  onNotified,
  onError,
}: Deps): Promise<OpenUpstreams> {
  const processes = await ProcessRegistry.open({ dataDir: config.dataDir, onError })
  const reaped = await processes.reapAtStart()
  const means = meansOf({ files: shares.upstreamFiles, answerBytes: shares.answerBytes })
  const host = { processes, files: means.files, environment: env, cwd }
  const upstreams = new McpUpstreams({
    clock,
    env,
    addresses: addressPolicy(config),
    ca: config.caFile === undefined ? undefined : await authorities(config.caFile),
    clientInfo: { name: 'omni2', version },
    means,
    onSignal,
    ...(onNotified && { onNotified }),
    openProcess: (launch, listener) => {
      if (!config.stdioAllowed) throw notAllowed(launch.command)
      return new StdioChannel({ ...host, launch, listener, clock, memory: means.answers })
    },
  })
  const close = async () => {
    await upstreams.close()
    await processes.close()
  }
  return { upstreams, reaped, close }
}

/** Also for servers that were registered while it was allowed. */
const notAllowed = (command: string) =>
  faultOf('spawn_failed', {
    stage: 'spawn',
    where: `"${command}"`,
    detail: 'Omni2 can be reached by others, so commands may not be run here',
    nextAction: 'Bind Omni2 to 127.0.0.1, or set OMNI2_STDIO=allow.',
  })

async function authorities(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause) => {
    throw new AppError('invalid_input', `The file of certificate authorities ${path} cannot be read`, { cause })
  })
}
