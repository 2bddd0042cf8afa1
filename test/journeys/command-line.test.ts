import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CommandLine, omni2Command } from '../support/command-line.ts'
import { type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { mcpJson } from '../support/mcp-json.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort, type Port } from '../support/ports.ts'

const OVER_STDIO = path.resolve('test/fixtures/mcp-over-stdio.ts')

let folder: string
let omni2: Omni2
let upstream: LegacyServer
let dead: Port
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-cli-'))
  ;[omni2, upstream, dead] = await Promise.all([Omni2.start(), legacyServer(), deadPort()])
  // What is down stays disconnected, however long the tests take.
  await omni2.api.setBreakerConfig({ body: { enabled: false } })
})
afterAll(async () => {
  await Promise.all([omni2?.stop(), upstream?.kill(), dead?.close()])
  await rm(folder, { recursive: true, force: true })
})

/** As somebody who is signed in by the environment. */
const signedIn = () => ({ HOME: folder, OMNI2_URL: omni2.url, OMNI2_TOKEN: omni2.adminToken })
const run = (...words: readonly string[]) => omni2Command(words, { env: signedIn() })
const names = async () => (await omni2.api.listServers()).servers.map(({ name }) => name)

describe('omni2 add', () => {
  test('registers a URL and shows its first check', async () => {
    const { code, out, err } = await run('add', 'web', upstream.url, '--header', 'X-Team=blue')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^Added web \(id \d+\)\.\n/)
    expect(out).toMatch(/healthy +web/)
    expect((await upstream.requests()).some(({ headers }) => headers['x-team'] === 'blue')).toBe(true)
  })

  test('registers the command after --, with its arguments as they stand', async () => {
    const { code, out } = await run('add', 'child', '--env', 'COLOUR=red', '--', process.execPath, OVER_STDIO, '--json')
    expect([code, out]).toEqual([0, expect.stringMatching(/healthy +child/)])
    const { servers } = await omni2.api.listServers({ query: { q: 'child' } })
    expect(servers).toMatchObject([{ command: process.execPath, args: [OVER_STDIO, '--json'], env_keys: ['COLOUR'] }])
  })

  test('ends with 1 for a server that is down, which is registered all the same', async () => {
    const { code, out } = await run('add', 'dead', dead.url)
    expect([code, await names()]).toEqual([1, ['web', 'child', 'dead']])
    expect(out).toContain('Start the server, or correct its URL.')
  })

  test('tells a command without -- how it is written, and changes nothing', async () => {
    const { code, err } = await run('add', 'wrong', 'npx', 'some-server')
    expect([code, err]).toEqual([2, expect.stringContaining('omni2 add wrong -- npx some-server')])
    expect(await names()).not.toContain('wrong')
  })
})

test('omni2 import --dry-run tells what would happen, and nothing happens', async () => {
  const file = path.join(folder, 'mcp.json')
  await writeFile(file, mcpJson('claude-desktop.json'))
  const before = await names()
  const { code, out } = await run('import', file, '--dry-run')
  expect([code, await names()]).toEqual([0, before])
  expect(out).toContain('would add filesystem')
  expect(out).toContain('would add Brave Search as Brave-Search')
  expect(out).toContain('3 would be added; nothing was changed.')
  await writeFile(file, JSON.stringify({ mcpServers: { imported: { url: upstream.url, disabled: true } } }))
  const real = await run('import', file)
  expect([real.code, await names()]).toEqual([0, [...before, 'imported']])
  expect((await run('remove', 'imported', '--yes')).code).toBe(0)
  expect(await names()).toEqual(before)
})

describe('omni2 list', () => {
  test('is a table with every server and its status', async () => {
    const { code, out } = await run('list')
    expect(code).toBe(0)
    for (const row of [/web .*healthy/, /child .*healthy/, /dead .*disconnected/]) expect(out).toMatch(row)
    expect((await run('list', '--quiet', '--status', 'disconnected')).out).toBe('dead\n')
  })

  test('--json is what REST answers', async () => {
    const { code, out } = await run('list', '--json')
    const listed = z.object({ servers: z.array(z.object({ name: z.string(), id: z.int() })) }).parse(JSON.parse(out))
    expect([code, listed.servers.map(({ name }) => name)]).toEqual([0, ['web', 'child', 'dead']])
  })
})

describe('omni2 check', () => {
  test('ends with 0 when all are healthy and with 1 when one is not', async () => {
    const well = await run('check', 'web', 'child')
    expect([well.code, well.out]).toEqual([0, expect.stringContaining('2 of 2 healthy')])
    const ill = await run('check', 'web', 'dead', '--json')
    const checked = { healthy: 1, total: 2 }
    expect([ill.code, JSON.parse(ill.out)]).toEqual([1, expect.objectContaining(checked)])
  })

  test('--config checks the entries of a file without any Omni2', async () => {
    const file = path.join(folder, 'checked.json')
    const child = { command: process.execPath, args: [OVER_STDIO] }
    const check = (mcpServers: object) =>
      writeFile(file, JSON.stringify({ mcpServers })).then(() =>
        omni2Command(['check', '--config', file], { env: { HOME: folder, OMNI2_URL: dead.url } }),
      )
    const well = await check({ web: { url: upstream.url }, child, off: { url: dead.url, disabled: true } })
    expect([well.code, well.err]).toEqual([0, ''])
    expect(well.out).toContain('2 of 2 healthy')
    const ill = await check({ web: { url: upstream.url }, gone: { url: dead.url } })
    expect([ill.code, ill.out]).toEqual([1, expect.stringContaining('1 of 2 healthy')])
  })
})

test('omni2 tools lists what there is to call, omni2 call calls it', async () => {
  expect((await run('tools', 'web')).out).toMatch(/echo[\s\S]*add/)
  const called = await run('call', 'web', 'echo', 'text=hello there')
  expect([called.code, called.out]).toEqual([0, '{"text":"hello there"}\n'])
  await upstream.behave({ call: 'is_error' })
  const failed = await run('call', 'web', 'echo', '--args', '{"text":"x"}')
  expect([failed.code, failed.err]).toEqual([2, 'The tool reported an error.\n'])
  await upstream.behave({ call: 'ok' })
  expect((await run('call', 'web', 'ecko', 'a=b')).err).toContain('Did you mean echo?')
})

test('omni2 logs shows the checks of a server', async () => {
  const { code, out } = await run('logs', 'dead')
  expect([code, out]).toEqual([0, expect.stringContaining('127.0.0.1')])
})

test('omni2 events --follow tells an event as it happens, and ends with Ctrl+C', async () => {
  await using following = new CommandLine(['events', '--follow', '--server', 'followed'], { env: signedIn() })
  await using all = new CommandLine(['events', '--follow', '--json', '--limit', '100'], { env: signedIn() })
  await expect.poll(() => all.out, { timeout: 30_000 }).toContain('"mcp_name":"web"')
  const { id } = await omni2.api.createServer({ body: { name: 'followed', url: upstream.url, enabled: false } })
  await expect.poll(() => following.out, { timeout: 30_000 }).toMatch(/info +followed registered\n/)
  await omni2.api.deleteServer({ params: { id } })
  await expect.poll(() => following.out, { timeout: 30_000 }).toMatch(/followed removed\n$/)
  expect(await following.interrupt()).toBe(130)
  expect(following.out.split('\n')).toHaveLength(3)
})

describe('access', () => {
  test('omni2 login takes the token from standard input and keeps it for this user only', async () => {
    const home = path.join(folder, 'home')
    const env = { HOME: home }
    const login = await omni2Command(['login', omni2.url], { env, input: `${omni2.adminToken}\n` })
    expect(login.code).toBe(0)
    expect(login.out + login.err).not.toContain(omni2.adminToken)
    const file = path.join(home, '.config/omni2/credentials.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700)
    expect((await omni2Command(['list', '--quiet'], { env })).out).toBe('web\nchild\ndead\n')
    const [out, left] = await Promise.all([
      omni2Command(['list'], { env: { HOME: folder, OMNI2_URL: omni2.url } }),
      omni2Command(['logout'], { env }),
    ])
    expect([out.code, out.err]).toEqual([1, expect.stringContaining('omni2 login')])
    expect([left.code, await readFile(file, 'utf8')]).toEqual([0, expect.not.stringContaining(omni2.adminToken)])
    const wrong = await omni2Command(['login', omni2.url], { env, input: 'wrong\n' })
    expect([wrong.code, await readFile(file, 'utf8')]).toEqual([1, expect.not.stringContaining('wrong')])
  })

  test('omni2 token create --data-dir works beside a running Omni2, which knows the token at once', async () => {
    const created = await omni2Command(['token', 'create', 'found-again', '--data-dir', omni2.dataDir])
    expect([created.code, created.out]).toEqual([0, expect.stringMatching(/^omni2_\w+_[\w-]{43}\n$/)])
    expect(await omni2.as(created.out.trim()).getSession()).toMatchObject({ name: 'found-again', role: 'admin' })
    const nowhere = await omni2Command(['token', 'create', '--data-dir', path.join(folder, 'nothing-here')])
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining('There is no Omni2 in')])
  })
})

test('without any Omni2 at the address every command says so and how to start one, and ends with 3', async () => {
  const url = dead.url.replace('/mcp', '')
  const env = { HOME: folder, OMNI2_URL: url, OMNI2_TOKEN: 'x' }
  const commands = [['list'], ['events', '--follow']]
  for (const { code, out, err } of await Promise.all(commands.map((words) => omni2Command(words, { env })))) {
    expect([code, out]).toEqual([3, ''])
    expect(err).toContain(`No Omni2 at ${url} (connection refused).`)
    expect(err).toContain('omni2 serve')
  }
})

test.each([
  ['events', '--follow'],
  ['calls', '--follow'],
  ['logs', 'web', '--follow'],
  ['list', '--watch'],
])('omni2 %s %s ends as interrupted with Ctrl+C', async (...words) => {
  const clients = async () => Number(/^omni2_ws_clients (\d+)/m.exec(await (await omni2.fetch('/metrics')).text())?.[1])
  await expect.poll(clients, { timeout: 30_000 }).toBe(0)
  await using following = new CommandLine(words, { env: signedIn() })
  await expect.poll(clients, { timeout: 30_000 }).toBe(1)
  expect(await following.interrupt()).toBe(130)
})

test('omni2 edit changes what it names of a server, and keeps the rest', async () => {
  const draft = { name: 'edited', url: upstream.url, enabled: false, check_interval_seconds: 40 }
  const { id } = await omni2.api.createServer({ body: draft })
  const server = () => omni2.api.getServer({ params: { id } })
  const { code, out } = await run('edit', 'edited', '--record-payloads', '--timeout', '7')
  expect([code, out]).toEqual([0, expect.stringContaining('edited')])
  const kept = { check_interval_seconds: 40, timeout_seconds: 7 }
  expect(await server()).toMatchObject({ ...kept, record_payloads: true })
  expect((await run('edit', 'edited', '--no-record-payloads')).code).toBe(0)
  expect(await server()).toMatchObject({ ...kept, record_payloads: false })
  expect(await run('edit', 'edited')).toMatchObject({ code: 2, err: expect.stringContaining('Nothing to change') })
  await omni2.api.deleteServer({ params: { id } })
})

test('omni2 edit gives each session of an agent a process of its own, or one to all', async () => {
  const draft = { name: 'processes', protocol: 'stdio', command: 'none', enabled: false } as const
  const { id } = await omni2.api.createServer({ body: draft })
  const process = async () => (await omni2.api.getServer({ params: { id } })).gateway_process
  expect((await run('edit', 'processes', '--process-per-session')).code).toBe(0)
  expect(await process()).toBe('per_session')
  expect((await run('edit', 'processes', '--interval', '30')).code).toBe(0)
  expect(await process()).toBe('per_session')
  expect((await run('edit', 'processes', '--no-process-per-session')).code).toBe(0)
  expect(await process()).toBe('shared')
  await omni2.api.deleteServer({ params: { id } })
})

test('omni2 settings shows what is set for all servers, and changes what it is told to', async () => {
  const { code, out } = await run(
    'settings',
    'event_days=14',
    'gateway_name_limit=100',
    'gateway_hide_down_servers=true',
    'gateway_calls_per_minute=600',
  )
  expect([code, out]).toEqual([0, expect.stringMatching(/^event_days +14$/m)])
  const kept = {
    event_days: 14,
    gateway_name_limit: 100,
    gateway_hide_down_servers: true,
    gateway_calls_per_minute: 600,
  }
  expect(await omni2.api.getSettings()).toMatchObject(kept)
  expect((await run('settings', 'gateway_calls_per_minute=none')).out).toMatch(/^gateway_calls_per_minute +none$/m)
  expect((await run('settings', 'event_days=none')).out).toMatch(/^event_days +none$/m)
  expect(JSON.parse((await run('settings', '--json')).out)).toMatchObject({
    ...kept,
    event_days: null,
    gateway_calls_per_minute: null,
  })
  expect(await run('settings', 'event_day=3')).toMatchObject({ code: 2, err: expect.stringContaining('event_days') })
  const short = 'gateway_name_limit: Must be at least 64\n'
  expect(await run('settings', 'gateway_name_limit=7')).toMatchObject({ code: 2, err: short })
})

test('omni2 config shows the settings in force without a secret', async () => {
  const secrets = { OMNI2_ADMIN_TOKEN: 'admin-token-planted', OMNI2_SECRET_KEY: 'secret-key-planted' }
  const env = { ...secrets, DATABASE_URL: 'postgres://u:db-password-planted@db.example/omni2', OMNI2_PORT: '8123' }
  for (const words of [['config'], ['config', '--json']]) {
    const { code, out, err } = await omni2Command(words, { env })
    expect([code, out]).toEqual([0, expect.stringContaining('8123')])
    expect(out + err).not.toContain('planted')
  }
  const wrong = await omni2Command(['config', '--port', 'eighty'], { env })
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--port')])
})
