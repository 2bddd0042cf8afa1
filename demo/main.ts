import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Client, createClient } from '../src/api/client.ts'
import type { ServerView } from '../src/api/server-view.ts'
import { paintFor } from '../src/cli/text/paint.ts'
import { differences } from './expectation.ts'
import { type Member, startFleet } from './fleet.ts'
import { freePort, Omni2Process } from './omni2-process.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { revive } from './revive.ts'
import { REVIVE_SECONDS, screen } from './screen.ts'

const LOOK_EVERY_MS = 250

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const say = (text: string): void => void process.stdout.write(`${text}\n`)

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: Options | undefined
  try {
    options = readOptions(args)
  } catch (error) {
    process.stderr.write(`${textOf(error)}\n\n${USAGE}`)
    return 2
  }
  if (!options) {
    say(USAGE)
    return 0
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  try {
    return await run(options, stop.signal)
  } catch (error) {
    if (stop.signal.aborted) return options.once ? 1 : 0
    say(`The demo failed. ${textOf(error)}`)
    return 1
  } finally {
    say('Ended everything this demo started, and removed its files.')
  }
}

async function run({ port, seconds, once }: Options, signal: AbortSignal): Promise<number> {
  await using owned = new AsyncDisposableStack()
  const directory = await mkdtemp(path.join(tmpdir(), 'omni2-demo-'))
  owned.defer(() => rm(directory, { recursive: true, force: true }))
  say('Starting real MCP servers, and Omni2 ...')
  const members = await startFleet(directory, owned)
  signal.throwIfAborted()
  const adminToken = `omni2-demo-${randomBytes(18).toString('base64url')}`
  const omni2 = new Omni2Process({ port: await freePort(port), dataDir: path.join(directory, 'data'), adminToken })
  owned.defer(() => omni2.end())
  await omni2.ready(signal)

  const client = createClient({ baseUrl: omni2.url, token: adminToken })
  const startedAt = performance.now()
  for (const { input } of members) await client.createServer({ body: input, signal })
  const { servers, wrong } = await settled(client, members, seconds, signal)
  const { url, signInLink } = omni2
  const { stdout } = process
  const elapsed = (performance.now() - startedAt) / 1_000
  say(
    screen({
      ...{ url, signInLink, adminToken, members, servers, seconds: elapsed, stays: !once },
      ...{ paint: paintFor(stdout, process.env), width: stdout.columns ?? 120, now: Date.now() },
    }),
  )
  if (wrong.length > 0) say(`Not as expected after ${seconds} s:\n${wrong.map((line) => `  ${line}`).join('\n')}`)
  if (once) return wrong.length > 0 ? 1 : 0

  const ending = new AbortController()
  owned.defer(() => ending.abort())
  await stay(omni2, members, AbortSignal.any([signal, ending.signal]))
  return 0
}

/** The servers as Omni2 sees them, once that is how they are, or when the time is over. */
async function settled(
  client: Client,
  members: readonly Member[],
  seconds: number,
  signal: AbortSignal,
): Promise<{ servers: readonly ServerView[]; wrong: readonly string[] }> {
  const deadline = AbortSignal.timeout(seconds * 1_000)
  for (;;) {
    const { servers } = await client.listServers({ signal })
    const wrong = differences(members, servers)
    if (wrong.length === 0 || deadline.aborted) return { servers, wrong }
    await setTimeout(LOOK_EVERY_MS, undefined, { signal })
  }
}

/** Until a person ends the demo. @throws when Omni2 ends by itself. */
async function stay(omni2: Omni2Process, members: readonly Member[], signal: AbortSignal): Promise<void> {
  const reviving = members.flatMap(({ process: server }) =>
    server ? [revive(server, REVIVE_SECONDS * 1_000, signal, say)] : [],
  )
  await Promise.race([
    omni2.untilEnd(signal).then(() => Promise.reject(new Error(`Omni2 ended by itself:\n${omni2.output}`))),
    Promise.all(reviving),
  ])
}
