import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../demo/omni2-process.ts'
import { findProcess } from '../../src/mcp/stdio/process-scan.ts'
import { type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { type InstalledPackage, installPackage } from '../support/installed-package.ts'
import { registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { findPostgres, startPostgres } from '../support/postgres.ts'

/** It has a grandchild that ignores TERM. */
const STDIO_SERVER = path.resolve('test/fixtures/mcp-over-stdio.ts')
const source = findPostgres()
let folder: string
let installed: InstalledPackage
let upstream: LegacyServer
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-package-'))
  installed = await installPackage(folder)
  upstream = await legacyServer()
}, 180_000)
afterAll(async () => {
  await upstream?.kill()
  await rm(folder, { recursive: true, force: true })
})

test('the package holds what runs and what users read, and nothing else', () => {
  const kinds = new Set(installed.files.map((file) => /^dist\/[^/]+|^[^/]+/.exec(file)?.[0]))
  expect([...kinds].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin',
    'deploy',
    'dist/THIRD-PARTY-LICENSES.md',
    'dist/server',
    'dist/static',
    'dist/web',
    'docs',
    'package.json',
  ])
  expect(installed.files.filter((file) => /\.(?:ts|map|test\.\w+)$|\/\./.test(file))).toEqual([])
})

test('npx runs the tarball, its page and its documentation, and Ctrl+C ends it', async () => {
  const home = path.join(folder, 'npx')
  await mkdir(home)
  const port = await freePort(0)
  const npx = spawn(
    'npx',
    ['--yes', '--offline', `--package=${installed.tarball}`, 'omni2', 'serve', '--port', `${port}`],
    {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const gone = once(npx, 'exit')
  onTestFinished(async () => {
    if (npx.exitCode === null && npx.signalCode === null && npx.pid) process.kill(-npx.pid, 'SIGKILL')
    await gone
  })
  let printed = ''
  for (const stream of [npx.stdout, npx.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
  }
  await until(
    () => printed,
    (text) => text.includes('omni2_admin_'),
  )
  const url = `http://127.0.0.1:${port}`
  const link = /http:\S+#code=(\S+)/.exec(printed)
  const session = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: link?.[1] }),
  })
  expect(session.status).toBe(200)
  const headers = { cookie: session.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
  const page = await (await fetch(url)).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
  for (const [file, type] of [
    [script, 'javascript'],
    ['/api/docs/', 'html'],
    ['/api/docs/static/swagger-ui-bundle.js', 'javascript'],
    ['/api/v1/openapi.json', 'json'],
  ]) {
    const answer = await fetch(`${url}${file}`, { headers })
    expect([file, answer.status, answer.headers.get('content-type')]).toEqual([
      file,
      200,
      expect.stringContaining(`${type}`),
    ])
    await answer.body?.cancel()
  }
  process.kill(-(npx.pid ?? Number.NaN), 'SIGINT')
  await gone
  await expect(fetch(url)).rejects.toThrow()
})

test('the installed omni2 checks over HTTP and stdio, and leaves no process behind when it is killed', async () => {
  const dataDir = path.join(folder, 'data')
  const pidFile = path.join(folder, 'pids')
  const omni2 = await Omni2.start({ program: installed.program, dataDir })
  onTestFinished(() => omni2.stop())
  await registerHealthy(omni2, 'http', { url: upstream.url })
  const stdio = { command: process.execPath, args: [STDIO_SERVER], env: { PID_FILE: pidFile } }
  await registerHealthy(omni2, 'stdio', stdioDraft(stdio))
  const pids = (await readFile(pidFile, 'utf8')).trim().split(/\s+/).map(Number)
  const alive = async () => (await Promise.all(pids.map(findProcess))).filter((row) => row !== undefined).length
  expect(await alive()).toBe(2)
  process.kill(omni2.process.pid ?? Number.NaN, 'SIGKILL')
  await expect.poll(alive, { timeout: 15_000, interval: 200 }).toBe(0)
  await using again = await Omni2.start({ program: installed.program, dataDir })
  expect((await again.api.listServers()).servers.map(({ name }) => name)).toEqual(['http', 'stdio'])
})

test.skipIf(!source)('the installed omni2 keeps its state in PostgreSQL', async () => {
  if (!source) return
  const postgres = await startPostgres(source)
  onTestFinished(() => postgres.stop())
  const env = { DATABASE_URL: await postgres.freshDatabase() }
  await using omni2 = await Omni2.start({ program: installed.program, env })
  await registerHealthy(omni2, 'http', { url: upstream.url })
})

test('an older Node is told what is missing', () => {
  const old = `Object.defineProperty(process.versions, 'node', { value: '20.1.0' }); require(${JSON.stringify(installed.program)})`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', old], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toContain(
    `Omni2 needs Node 24 or newer. This is Node 20.1.0, ${process.execPath}\nGet a newer one from https://`,
  )
})
