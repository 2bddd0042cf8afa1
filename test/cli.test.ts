import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './support/cli-run.ts'
import { legacyClient } from './support/gateway-clients.ts'
import { register, registerHealthy, stdioDraft, until, untilStatus } from './support/journey.ts'
import { Omni2 } from './support/omni2.ts'
import { deadPort, type Port } from './support/ports.ts'
import { everythingStdio, memoryStdio } from './support/real-servers.ts'

let omni2: Omni2
let folder: string
let dead: Port
let nowhere: string
let env: Readonly<Record<string, string>>
const everything = everythingStdio()

const cli = (...words: readonly string[]) => runCli(words, { env })

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-cli-'))
  dead = await deadPort()
  nowhere = dead.url
  omni2 = await Omni2.start()
  env = {
    PATH: process.env.PATH ?? '',
    XDG_CONFIG_HOME: folder,
    OMNI2_URL: omni2.url,
    OMNI2_TOKEN: omni2.adminToken,
  }
  await registerHealthy(omni2, 'everything', stdioDraft(everything))
  await untilStatus(omni2, (await register(omni2, 'gone', { url: nowhere })).id, 'disconnected')
})
afterAll(async () => {
  await omni2?.stop()
  await dead?.close()
  await rm(folder, { recursive: true, force: true })
})

test('signing in keeps a token that works, and refuses one that does not', async () => {
  const alone = { XDG_CONFIG_HOME: folder }
  const wrong = await runCli(['login', omni2.url], { env: alone, input: 'wrong' })
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('does not accept this token') })
  const right = await runCli(['login', omni2.url], { env: alone, input: `${omni2.adminToken}\n` })
  expect(right).toMatchObject({ code: 0, out: expect.stringContaining('(admin)') })
  expect(right.out + right.err).not.toContain(omni2.adminToken)

  expect((await runCli(['list', '-q'], { env: alone })).out).toContain('everything\n')
  expect((await runCli(['logout'], { env: alone })).code).toBe(0)
  // Back to the default address, where somebody's own Omni2 may run.
  expect((await runCli(['list'], { env: alone })).err).toContain('omni2 login')
})

test('a list says what is down, why, and what to do', async () => {
  const { code, out } = await cli('list')
  expect(code).toBe(0)
  expect(out).toMatch(/everything +✓ healthy/)
  expect(out).toMatch(/gone +✗ disconnected[^\n]*\n {2}Connection refused by 127\.0\.0\.1:\d+\n {2}Next: /)
  expect(await cli('list', '--status', 'healthy', '-q')).toMatchObject({ out: 'everything\n' })
})

test('a check ends with 0 for what is healthy and with 1 for what is not', async () => {
  const good = await cli('check', 'everything')
  expect(good).toMatchObject({ code: 0, out: expect.stringContaining('✓ healthy  everything') })
  const all = await cli('check', '--all', '--json')
  expect(all.code).toBe(1)
  expect(JSON.parse(all.out)).toMatchObject({ healthy: 1, total: 2 })
  expect((await cli('check', 'evrything')).err).toContain('Did you mean everything?')
})

test('an mcp.json is checked with no Omni2 anywhere, and nothing is left running', async () => {
  const { command, args, env: variables } = memoryStdio(path.join(folder, 'memory.json'))
  const mark = `mark-${path.basename(folder)}`
  const memory = { command, args: [...args, mark], env: variables }
  const file = path.join(folder, 'mcp.json')
  await writeFile(
    file,
    JSON.stringify({ mcpServers: { memory, gone: { url: nowhere }, off: { ...memory, disabled: true } } }),
  )
  const alone = { env: { PATH: process.env.PATH ?? '', OMNI2_URL: nowhere } }
  const { code, out } = await runCli(['check', '--config', file, '--json'], alone)
  expect(code).toBe(1)
  const { checks } = JSON.parse(out)
  expect(checks).toContainEqual(expect.objectContaining({ name: 'memory', health_status: 'healthy' }))
  expect(checks).toContainEqual(expect.objectContaining({ name: 'gone', health_status: 'disconnected' }))
  expect(checks).toContainEqual(expect.objectContaining({ name: 'off', health_status: 'disabled' }))
  expect((await runCli(['check', '--config', file, '--select', 'memory'], alone)).code).toBe(0)
  expect((await runCli(['check', '--config', file, '--select', 'nothing'], alone)).code).toBe(2)
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(mark)
})

test('a tool is run with arguments as it wants them, and its error is an exit code', async () => {
  expect(await cli('tools', 'everything')).toMatchObject({ code: 0, out: expect.stringContaining('get-sum a= b=') })
  expect(await cli('call', 'everything', 'get-sum', 'a=1', 'b=2')).toMatchObject({
    code: 0,
    out: 'The sum of 1 and 2 is 3.\n',
  })
  expect(await cli('call', 'everything', 'echo', '--args', '{"message":"hi"}')).toMatchObject({ out: 'Echo: hi\n' })
  expect((await cli('call', 'everything', 'get-sum', 'a=1')).code).toBe(2)
  expect((await cli('call', 'gone', 'x')).code).toBe(1)
})

test('the health log is written as a file, and what agents called is listed and summed up', async () => {
  const csv = await cli('logs', 'everything', '--export', 'csv', '--status', 'healthy')
  expect(csv.code).toBe(0)
  expect(csv.out).toMatch(/^id,timestamp,.*\r\n\d+,.*,healthy,/)
  expect(JSON.parse((await cli('logs', 'everything', '--export', 'json')).out).length).toBeGreaterThan(0)
  expect(await cli('calls')).toMatchObject({ code: 0, err: 'No such calls yet.\n' })
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  await using agent = await legacyClient({ url: omni2.url, path: '/mcp', token })
  await agent.call('everything__echo', { message: 'hi' })
  const listed = await until(
    () => cli('calls', '--server', 'everything', '--tool', 'echo'),
    ({ out }) => out !== '',
  )
  expect(listed.out).toMatch(/everything +echo +ok .* agent +\/mcp/)
  expect((await cli('calls', '--errors')).out).toBe('')
  expect((await cli('calls', '--summary')).out).toMatch(/everything +echo +1 +0\.0 +0 \(0 %\)/)
})

test('a server is added with its first check, disabled, enabled, and removed', async () => {
  const { command, args } = everything
  const added = await cli('add', 'second', '--', command, ...args)
  expect(added).toMatchObject({ code: 0, out: expect.stringContaining('✓ healthy  second') })
  expect((await cli('disable', 'second')).out).toContain('- disabled')
  expect((await cli('enable', 'second')).code).toBe(0)
  expect((await cli('reload', 'second')).out).toContain('✓ healthy  second')
  expect((await cli('logs', 'second', '-n', '1')).out).toMatch(/✓ healthy +ok +reload/)
  expect((await cli('breaker', 'second', '--reset')).out).toContain('circuit closed')
  expect(await cli('remove', 'second')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  expect(await cli('remove', 'second', '--yes')).toMatchObject({ code: 0, out: 'Removed second.\n' })
})

test('a bearer token is read from where no list of processes shows it', async () => {
  const secret = 'a-secret-of-somebody'
  const added = await runCli(['add', 'secret', nowhere, '--bearer', '--no-wait', '--json'], {
    env,
    input: `${secret}\n`,
  })
  expect(added.code).toBe(0)
  expect(JSON.parse(added.out).server).toMatchObject({ auth_type: 'bearer', auth_configured: true })
  expect(added.out + added.err).not.toContain(secret)
  expect((await cli('add', 'x', nowhere, '--bearer-env', 'NOT_SET')).err).toContain('NOT_SET is not set')
  await cli('remove', 'secret', '--yes')
})

test('an import tells what would happen, and does it with what it was told', async () => {
  const file = path.join(folder, 'vscode.json')
  const headers = { Authorization: 'Bearer ${input:key}' }
  const inputs = [{ id: 'key', type: 'promptString', description: 'API key', password: true }]
  await writeFile(file, JSON.stringify({ inputs, servers: { imported: { type: 'http', url: nowhere, headers } } }))
  expect(await cli('import', file)).toMatchObject({ code: 1, out: expect.stringContaining('needs input: key') })
  expect(await cli('import', file, '--dry-run', '--input', 'key=k3y')).toMatchObject({
    code: 0,
    out: expect.stringContaining('would add imported'),
  })
  expect(await cli('import', file, '--input', 'key=k3y')).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 added.'),
  })
  const { out } = await cli('export')
  expect(JSON.parse(out).mcpServers).toHaveProperty('imported')
  expect(out).not.toContain('k3y')
  await cli('remove', 'imported', '--yes')
})

test('events are told from a number on, and go on live', async () => {
  const past = await cli('events', '--since-seq', '0', '--json')
  const [first] = past.out.split('\n')
  expect(JSON.parse(first ?? '')).toMatchObject({ seq: 1, event_type: 'mcp_server_created' })

  const stop = new AbortController()
  let printed = ''
  const following = runCli(['events', '--follow', '--type', 'mcp_server_created'], {
    env,
    signal: stop.signal,
    onOut: (text) => {
      printed = text
    },
  })
  await until(
    () => printed,
    (text) => text.includes('gone registered'),
  )
  const { id } = await register(omni2, 'newcomer', { url: nowhere })
  await until(
    () => printed,
    (text) => text.includes('newcomer registered'),
  )
  stop.abort()
  expect((await following).code).toBe(130)
  expect(printed).not.toContain('disconnected')
  await omni2.api.deleteServer({ params: { id } })
})

test('a lost token is replaced on the host, and works in the running Omni2', async () => {
  const { code, out } = await cli('token', 'create', '--data-dir', omni2.dataDir)
  expect(code).toBe(0)
  const session = await omni2.as(out.trim()).getSession()
  expect(session).toMatchObject({ name: 'cli', role: 'admin' })
  expect(await cli('token', 'create', '--data-dir', folder)).toMatchObject({ code: 1, out: '' })
})

test('tokens are made, listed without their secret, and revoked', async () => {
  const made = await cli('token', 'create', 'ci', '--role', 'operator', '--expires', '30d', '--json')
  const { id, token } = JSON.parse(made.out)
  const listed = await cli('token', 'list')
  expect(listed.out).toMatch(/ci +operator/)
  expect(listed.out).not.toContain(token)
  expect(await cli('token', 'revoke', String(id))).toMatchObject({ code: 0 })
  await expect(omni2.as(token).getSession()).rejects.toMatchObject({ problem: { status: 401 } })
})

test('who may not is told so', async () => {
  const { token } = await omni2.api.createToken({ body: { name: 'looker', role: 'viewer' } })
  const { code, err } = await runCli(['disable', 'everything'], { env: { ...env, OMNI2_TOKEN: token } })
  expect(code).toBe(1)
  expect(err).toContain('Your token may not do this')
})

test('the status tells where one is, as whom, and what is in trouble', async () => {
  const { code, out } = await cli('status')
  expect(code).toBe(1)
  expect(out).toContain(`Omni2 at ${omni2.url}, signed in as`)
  expect(out).toContain('gone')
  expect(out).not.toMatch(/everything +✓/)
})

test('a collection is made, looked at, changed and deleted, and a token limited to it', async () => {
  const made = await cli('collections', 'create', 'few', '--on', 'everything/echo', '--call', 'everything/echo=say')
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining('1 tools of 1 servers, at /collections/few/mcp') })
  const off = await cli('collections', 'edit', 'few', '--add', 'gone', '--off', 'everything/echo')
  expect(off.out).toMatch(/other tools off\n {2}off echo as say/)
  expect((await cli('collections', 'list')).out).toMatch(/few +2 +0 +-/)
  expect((await cli('collections', 'show', 'fw')).err).toContain('Did you mean few?')
  expect((await cli('collections', 'edit', 'few', '--on', 'everything')).err).toContain('Write it as server/tool.')

  const token = await cli('tokens', 'create', 'narrow', '--collections', 'few', '--servers', 'gone')
  expect(token).toMatchObject({ code: 0, out: expect.stringContaining('omni2_agent_') })
  expect((await cli('tokens', 'list')).out).toMatch(/narrow +agent +gone, few/)

  expect(await cli('collections', 'delete', 'few')).toMatchObject({ code: 2 })
  expect(await cli('collections', 'delete', 'few', '--yes')).toMatchObject({ code: 0, out: 'Deleted few.\n' })
  expect((await cli('collections', 'list')).out).toBe('No collections yet.\n')
})

test('what an agent needs to connect is printed, alone on standard output', async () => {
  const cursor = await cli('client-config', 'cursor', '--server', 'everything')
  expect(JSON.parse(cursor.out).mcpServers).toEqual({
    'omni2-everything': {
      url: `${omni2.url}/servers/everything/mcp`,
      headers: { Authorization: 'Bearer ${env:OMNI2_TOKEN}' },
    },
  })
  expect(cursor.err).toContain('~/.cursor/mcp.json')
  const { out } = await cli('client-config', 'claude', '--server', 'everything', '--new-token')
  const { OMNI2_TOKEN: token } = JSON.parse(out).mcpServers['omni2-everything'].env
  expect(token).toContain('omni2_agent_')
  const { tokens } = await omni2.api.listTokens()
  expect(tokens.at(-1)).toMatchObject({ role: 'agent', limit: { servers: [{ name: 'everything' }], collections: [] } })
  expect((await cli('client-config', 'cursor', '--collection', 'none')).code).toBe(2)
})
