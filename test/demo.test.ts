import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { withDescendants } from '../src/mcp/stdio/process-family.ts'
import { type Process, scanProcesses } from '../src/mcp/stdio/process-scan.ts'

const require = createRequire(import.meta.url)
/** A machine under test load may need longer than the 15 s that the demo gives itself. */
const PATIENCE = ['--seconds', '45']

async function startDemo(...args: readonly string[]): Promise<{ demo: ChildProcess; files: string }> {
  const files = await mkdtemp(path.join(tmpdir(), 'omni2-demo-test-'))
  const demo = spawn(process.execPath, ['demo/main.ts', ...PATIENCE, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, TMPDIR: files },
  })
  onTestFinished(async () => {
    demo.kill('SIGTERM')
    if (demo.exitCode === null && demo.signalCode === null) await once(demo, 'exit')
    await rm(files, { recursive: true, force: true })
  })
  return { demo, files }
}

/** All of the output up to `mark`. */
async function outputUntil(demo: ChildProcess, mark: string): Promise<string> {
  let seen = ''
  for await (const chunk of demo.stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    seen += chunk
    if (seen.includes(mark)) return seen
  }
  throw new Error(`Never wrote "${mark}": ${seen}`)
}

/** The row of one server in the table, with the indented lines under it. */
const blockOf = (output: string, name: string): string =>
  new RegExp(`^${name} .*(?:\\n {2}.*)*`, 'm').exec(output)?.[0] ?? ''

/** What the line about events prints first, run as the screen says. */
async function firstEvent(output: string): Promise<string> {
  const environment = /export (OMNI2_URL)=(\S+) (OMNI2_TOKEN)=(\S+)/.exec(output) ?? []
  const [, url = '', urlValue, token = '', tokenValue] = environment
  const listener = spawn(process.execPath, [require.resolve('../src/cli/main.ts'), 'events', '--follow', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, [url]: urlValue, [token]: tokenValue },
  })
  const frame: unknown[] = await once(listener.stdout, 'data')
  listener.kill('SIGKILL')
  return String(frame[0])
}

async function familyOf(demo: ChildProcess): Promise<readonly Process[]> {
  const all = await scanProcesses()
  return withDescendants(
    all,
    all.filter(({ pid }) => pid === demo.pid),
  )
}

async function stillAlive(family: readonly Process[]): Promise<readonly Process[]> {
  const all = await scanProcesses()
  return family.filter(({ pid, started }) => all.some((row) => row.pid === pid && row.started === started))
}

test('the demo shows every server as it is', { timeout: 90_000 }, async () => {
  const { demo, files } = await startDemo('--once', '--port', '18000')
  const [output, [exitCode]] = await Promise.all([demo.stdout ? text(demo.stdout) : '', once(demo, 'exit')])
  expect(output).not.toContain('Not as expected')
  for (const name of [
    'everything-http',
    'everything-sse',
    'everything-modern',
    'everything-stdio',
    'filesystem',
    'memory',
  ]) {
    expect(blockOf(output, name)).toMatch(/✓ healthy/)
  }
  expect(blockOf(output, 'dead-port')).toMatch(/(✗ disconnected|! circuit_open).*refused.*Next: Start the server/s)
  expect(blockOf(output, 'silent')).toMatch(/(✗ unhealthy|! circuit_open).*no answer.*Next: .*timeout/s)
  expect(blockOf(output, 'needs-login')).toMatch(/✗ unhealthy +auth_required.*Next: .*credentials/s)
  expect(exitCode).toBe(0)
  expect(await readdir(files)).toEqual([])
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the demo and all it started',
  { timeout: 90_000 },
  async (signal) => {
    const { demo, files } = await startDemo()
    const output = await outputUntil(demo, 'Ctrl+C ends')
    const url = /OMNI2_URL=(\S+)/.exec(output)?.[1] ?? ''
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
    expect(await firstEvent(output)).toContain('"mcp_server_created"')
    const family = await familyOf(demo)
    // The demo, Omni2, five servers over HTTP (one of them two processes) and three over stdio.
    expect(family.length).toBeGreaterThanOrEqual(10)
    demo.kill(signal)
    const [exitCode] = await once(demo, 'exit')
    expect(exitCode).toBe(0)
    expect(await stillAlive(family)).toEqual([])
    await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed')
    expect(await readdir(files)).toEqual([])
  },
)

test('a demo that is killed takes all it started with it', { timeout: 90_000 }, async () => {
  const { demo } = await startDemo()
  await outputUntil(demo, 'Ctrl+C ends')
  const family = await familyOf(demo)
  demo.kill('SIGKILL')
  await expect.poll(() => stillAlive(family), { timeout: 20_000 }).toEqual([])
})
