import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../../test/support/cli-run.ts'
import { deadPort, portOf } from '../../test/support/ports.ts'
import { aServerView } from '../../test/support/wire-samples.ts'

/** Something at an address of its own, until the test ends. */
async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${portOf(server)}`
}

const answering = (status: number, body: unknown, type = 'application/json') =>
  listening((_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body))
  })

test('no words at all show the help, which names every command and the exit codes', async () => {
  const { code, out } = await runCli([])
  expect(code).toBe(0)
  for (const word of ['serve', 'add', 'import', 'list', 'check', 'events', 'token', 'login', 'Exit codes']) {
    expect(out).toContain(word)
  }
})

test('every command has a help with an example', async () => {
  const { out } = await runCli([])
  const names = [...out.matchAll(/^ {2}([a-z][a-z-]*)[ |[]/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'omni2' && name !== 'help')
  expect(names.length).toBeGreaterThan(18)
  for (const name of names) {
    const help = await runCli([name, '--help'])
    expect([name, help.code]).toEqual([name, 0])
    if (name !== 'token') expect(help.out, name).toMatch(/Examples?:\n {2}omni2 /)
  }
})

test('a mistyped command or option is answered with the right one', async () => {
  expect(await runCli(['lisst'])).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean list?') })
  expect(await runCli(['list', '--wach'])).toMatchObject({ code: 2, err: expect.stringContaining('--watch') })
  expect(await runCli(['list', '--status', 'helthy'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('healthy'),
  })
})

test('where nothing listens it says so and how to start one', async () => {
  await using nowhere = await deadPort()
  const url = new URL(nowhere.url).origin
  const { code, out, err } = await runCli(['list', '--url', url])
  expect([code, out]).toEqual([3, ''])
  expect(err).toBe(
    `No Omni2 at ${url} (connection refused).\nStart one with: omni2 serve\nName another with --url, OMNI2_URL or: omni2 login <url>\n`,
  )
})

test('live commands say the same', async () => {
  await using nowhere = await deadPort()
  const url = new URL(nowhere.url).origin
  for (const words of [['events'], ['list', '--watch'], ['status']]) {
    const { code, err } = await runCli(words, { env: { OMNI2_URL: url } })
    expect([words, code]).toEqual([words, 3])
    expect(err).toContain(`No Omni2 at ${url} (connection refused)`)
  }
})

test("another program's page is not taken for Omni2", async () => {
  const page = await answering(200, '<html>', 'text/html')
  expect(await runCli(['list', '--url', page])).toMatchObject({
    code: 3,
    err: expect.stringContaining('not this version'),
  })
  const json = await answering(200, { hello: 'world' })
  expect(await runCli(['list', '--url', json])).toMatchObject({ code: 3, err: expect.stringContaining('servers') })
})

test('a refusal is told with its fields and what to do, and never with a stack', async () => {
  const url = await answering(401, {
    type: 'about:blank',
    title: 'Not signed in',
    status: 401,
    detail: 'Sign in \x1b[2J',
    code: 'unauthenticated',
  })
  const { code, err } = await runCli(['list'], { env: { OMNI2_URL: url } })
  expect(code).toBe(1)
  expect(err.split('\n')[0]).toBe('Sign in')
  expect(err).toContain('omni2 login')
  expect(err).not.toMatch(/\n\s+at /)
})

test('a token goes to the address it was stored for and to no other', async () => {
  const seen: (string | undefined)[] = []
  const url = await listening((request, response) => {
    seen.push(request.headers.authorization)
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"servers":[],"next_cursor":null,"seq":0,"version":0}')
  })
  await runCli(['list', '--url', url], { env: { OMNI2_TOKEN: 'from-env' } })
  await runCli(['list', '--url', url])
  expect(seen).toEqual(['Bearer from-env', undefined])
})

test('pages of a list are read to the end', async () => {
  const url = await listening((request, response) => {
    const second = request.url?.includes('cursor=next')
    const body = { servers: [aServerView(second ? 2 : 1)], next_cursor: second ? null : 'next', seq: 0, version: 2 }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  expect(await runCli(['list', '-q', '--url', url])).toEqual({ code: 0, out: 'server-1\nserver-2\n', err: '' })
})

test('the settings are shown without secrets, and a wrong one is named', async () => {
  const env = { OMNI2_ADMIN_TOKEN: 'a-very-secret-token', OMNI2_PROT: '1' }
  const { code, out, err } = await runCli(['config', '--port', '9000'], { env })
  expect(code).toBe(0)
  expect(out).toContain('port: 9000')
  expect(out).toContain('admin_token: "***"')
  expect(err).toContain('did you mean OMNI2_PORT?')
  expect(await runCli(['config', '--port', 'x'])).toMatchObject({ code: 2, err: expect.stringContaining('--port') })
})

test('check wants exactly one way to say what', async () => {
  expect((await runCli(['check'])).code).toBe(2)
  expect((await runCli(['check', 'a', '--all'])).code).toBe(2)
})
