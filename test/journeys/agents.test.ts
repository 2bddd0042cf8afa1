import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { startFleet } from '../../demo/fleet.ts'
import { withDescendants } from '../../src/mcp/stdio/process-family.ts'
import { scanProcesses } from '../../src/mcp/stdio/process-scan.ts'
import { connectAgents } from '../support/fleet-agents.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

/** What is called of each server of the demo fleet that works. */
const CALLS: Readonly<Record<string, readonly [tool: string, args: Record<string, unknown>]>> = {
  'everything-http': ['echo', { message: 'a' }],
  'everything-sse': ['echo', { message: 'b' }],
  'everything-modern': ['echo', { message: 'c' }],
  'everything-stdio': ['echo', { message: 'd' }],
  filesystem: ['list_allowed_directories', {}],
  memory: ['read_graph', {}],
}
const MORTAL = ['everything-http', 'everything-sse', 'everything-modern', 'everything-stdio']

/** The processes of server-everything that this Omni2 runs, and nobody else. */
async function everythingOf({ pid }: { readonly pid: number | undefined }): Promise<number[]> {
  const all = await scanProcesses()
  const family = withDescendants(
    all,
    all.filter((row) => row.pid === pid),
  )
  const commands = await Promise.all(family.map((row) => readFile(`/proc/${row.pid}/cmdline`, 'utf8').catch(() => '')))
  return family.flatMap((row, n) => (commands[n]?.includes('server-everything') ? [row.pid] : []))
}

test('agents connected to the demo fleet keep working while servers die and return', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'omni2-agents-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(directory, { recursive: true, force: true }))
  const omni2 = owned.use(await Omni2.start())
  await omni2.api.setBreakerConfig({ body: { timeout_seconds: 1 } })
  const fleet = await startFleet(directory, owned)
  await Promise.all(
    fleet.map(({ input }) =>
      input.name in CALLS ? registerHealthy(omni2, input.name, input) : omni2.api.createServer({ body: input }),
    ),
  )
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  const agents = await connectAgents({ url: omni2.url, token }, owned)
  const thrown: unknown[] = []
  const answers = (names: readonly string[]) =>
    Promise.all(
      agents.flatMap((agent) =>
        names.map(async (name) => {
          const [tool, args] = CALLS[name] ?? ['', {}]
          const answer = await agent.call(`${name}__${tool}`, args).catch((error) => thrown.push(error))
          return `${agent.name}: ${name} ${answer}`
        }),
      ),
    )
  const all = (names: readonly string[], answer: string) =>
    agents.flatMap((agent) => names.map((name) => `${agent.name}: ${name} ${answer}`))
  const others = Object.keys(CALLS).filter((name) => !MORTAL.includes(name))
  expect(await answers(Object.keys(CALLS))).toEqual(all(Object.keys(CALLS), 'done'))

  const processes = fleet.flatMap(({ input, process }) => (process && MORTAL.includes(input.name) ? [process] : []))
  for (const server of processes) await server.kill()
  for (const pid of await everythingOf(omni2.process)) process.kill(pid, 'SIGKILL')
  expect(await answers(MORTAL)).toEqual(all(MORTAL, 'refused'))
  expect(await answers(others)).toEqual(all(others, 'done'))
  // What is down stays listed.
  for (const agent of agents)
    expect(await agent.tools()).toEqual(expect.arrayContaining(MORTAL.map((name) => `${name}__echo`)))

  for (const server of processes) await server.start()
  await until(
    () => answers(Object.keys(CALLS)),
    (answered) => answered.every((answer) => answer.endsWith('done')),
  )
  expect(thrown).toEqual([])
})
