import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { JsonObject } from '../../src/core/capabilities.ts'
import type { Failure } from '../../src/core/check.ts'
import { ByteBudget } from '../../src/mcp/byte-budget.ts'
import { CALL_LIMITS, type RequestOptions } from '../../src/mcp/channel.ts'
import { OpenFiles } from '../../src/mcp/open-files.ts'
import { ProcessRegistry } from '../../src/mcp/stdio/process-registry.ts'
import { scanProcesses } from '../../src/mcp/stdio/process-scan.ts'
import { StdioChannel, type StdioDeps } from '../../src/mcp/stdio/stdio-channel.ts'
import { FakeClock } from './fakes.ts'

export const STDIO_SERVER = path.resolve('test/fixtures/stdio-server.ts')

export const within = (ms = 20_000): RequestOptions => ({
  limits: CALL_LIMITS,
  trace: undefined,
  signal: AbortSignal.timeout(ms),
})

/** A registry on a data directory of its own, and channels on it; `end` leaves nothing behind. */
export async function stdioBench() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-'))
  const errors: unknown[] = []
  const processes = await ProcessRegistry.open({ dataDir, onError: (error) => errors.push(error) })
  const channels: StdioChannel[] = []
  const clock = new FakeClock()

  const channel = (
    over: Partial<StdioDeps> & { readonly args?: readonly string[]; readonly env?: Record<string, string> } = {},
  ) => {
    const notified: { method: string; params: JsonObject }[] = []
    const exits: Failure[] = []
    const made = new StdioChannel({
      processes,
      environment: { PATH: process.env.PATH },
      cwd: dataDir,
      files: new OpenFiles(),
      memory: new ByteBudget(),
      clock,
      launch: { command: process.execPath, args: over.args ?? [STDIO_SERVER], env: over.env ?? {} },
      listener: {
        notified: (method, params) => notified.push({ method, params }),
        exited: (failure) => exits.push(failure),
      },
      ...over,
    })
    channels.push(made)
    return { channel: made, notified, exits }
  }

  const end = async () => {
    await Promise.all(channels.map((made) => made.close()))
    await processes.close()
    await rm(dataDir, { recursive: true })
    if (errors.length > 0) throw new AggregateError(errors, 'the registry reported errors')
  }
  return { dataDir, processes, clock, channel, end }
}

/** Running processes, the dead that wait for their parent not among them. */
export const runningPids = async (): Promise<ReadonlySet<number>> =>
  new Set((await scanProcesses()).map((row) => row.pid))
