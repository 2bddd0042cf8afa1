import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { bearer, setUpServer } from '../../../test/support/server-setup.ts'
import { Problem } from '../../api/problem.ts'
import { ROUTES } from '../../api/routes.ts'
import { AppError } from '../../core/errors.ts'
import { ROLES } from '../../core/token.ts'
import { may } from '../access/principal.ts'
import { serveDashboard } from './dashboard.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function setup(options: Parameters<typeof setUpServer>[0] = {}) {
  const server = await setUpServer(options)
  closing.push(() => server.app.close())
  await serveDashboard(server.app, path.resolve('src/web'))
  const app = server.withRoutes()
  await app.ready()
  return { ...server, app }
}

const asPath = (url: string) => url.replace(/:\w+/g, '7').replace('*', 'swagger-ui.css')

test('every route answers each caller as its access says, and nobody else', async () => {
  const { app, book, clock, token } = await setup()
  const callers: Record<string, string> = {}
  for (const role of ROLES) callers[role] = await token(role)
  const expired = await token('admin', 1_000)
  await clock.advance(1_000)
  const revoked = await book.create({ kind: 'api', name: 'revoked', role: 'admin' })
  await book.remove(revoked.token.id)

  expect(app.routeAccess.length).toBeGreaterThan(Object.keys(ROUTES).length)
  const wrong: string[] = []
  for (const { method, url, access } of app.routeAccess) {
    const ask = async (secret: string | undefined) => {
      const headers = secret === undefined ? {} : bearer(secret)
      const { statusCode } = await app.inject({ method: method as 'GET', url: asPath(url), headers }) // the table's own
      return statusCode
    }
    const refused = access === 'public' ? [400, 404, 409, 422, 200] : [401]
    for (const secret of [undefined, expired, revoked.secret, 'garbage']) {
      const status = await ask(secret)
      if (!refused.includes(status)) wrong.push(`${method} ${url} without a valid token: ${status}`)
    }
    for (const role of ROLES) {
      const status = await ask(callers[role])
      if ((status === 403) !== !may(role, access) || status === 401)
        wrong.push(`${method} ${url} as ${role}: ${status}`)
    }
  }
  expect(wrong).toEqual([])
  expect(
    app.routeAccess
      .filter(({ access, method }) => access === 'public' && method !== 'HEAD')
      .map(({ method, url }) => `${method} ${url}`),
  ).toEqual([
    'GET /assets/:file',
    'GET /',
    'GET /sign-in',
    'GET /mcps/*',
    'GET /add',
    'GET /import',
    'GET /events',
    'GET /settings',
    'GET /settings/*',
    'GET /calls',
    'GET /calls/:id',
    'GET /agents',
    'GET /collections',
    'GET /collections/:name',
    'POST /api/v1/session',
    'GET /health/live',
    'GET /health/ready',
  ])
})

test('a route that does not say who may use it stops the start', async () => {
  const { app } = await setUpServer()
  expect(() => app.get('/forgotten', () => 'hello')).toThrow('GET /forgotten does not say who may use it')
  await app.close()
})

test('what is no route is 401 to strangers and 404 to the rest', async () => {
  const { app, token } = await setup()
  const url = '/api/v1/nothing'
  expect((await app.inject({ url })).statusCode).toBe(401)
  const known = await app.inject({ url, headers: bearer(await token('viewer')) })
  expect(known.json()).toMatchObject({ status: 404, code: 'not_found', detail: 'No route GET /api/v1/nothing' })
  expect((await app.inject({ url, headers: bearer(await token('agent')) })).statusCode).toBe(403)
})

test('a refusal is a problem with a request id, and names the scheme', async () => {
  const { app } = await setup()
  const response = await app.inject({ url: '/api/v1/mcp/servers' })
  expect(response.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'www-authenticate': 'Bearer realm="omni2"',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(Problem.parse(response.json())).toMatchObject({ status: 401, code: 'unauthenticated' })
})

test.each([
  ['localhost:80', undefined, 409],
  ['127.0.0.1', 'http://127.0.0.1', 409],
  ['omni.example', 'https://omni.example', 409],
  ['omni.lan:1234', 'http://omni.lan:1234', 409],
  ['localhost', 'http://localhost:3000', 403],
  ['localhost', 'https://localhost', 403],
  ['localhost', 'null', 403],
  ['localhost', 'https://evil.example', 403],
  ['evil.example', undefined, 403],
  ['evil.example', 'http://evil.example', 403],
  ['localhost:9999', undefined, 403],
])('host %s with origin %s is answered %i', async (host, origin, status) => {
  const { app, token } = await setup({
    env: { OMNI2_PUBLIC_URL: 'https://omni.example', OMNI2_ALLOWED_HOSTS: 'omni.lan' },
  })
  const headers = { ...bearer(await token('admin')), host, ...(origin === undefined ? {} : { origin }) }
  expect((await app.inject({ url: '/api/v1/settings', headers })).statusCode).toBe(status)
  // The same before anybody is asked who they are.
  const bare = await app.inject({ url: '/health/live', headers: { host, ...(origin === undefined ? {} : { origin }) } })
  expect(bare.statusCode).toBe(status)
})

const post = '/api/v1/mcp/servers/import'
test.each([
  ['another type', { 'content-type': 'text/plain' }, '{}', 415],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1', 415],
  ['no type', {}, '{}', 415],
  ['broken JSON', { 'content-type': 'application/json' }, '{"a":', 400],
  ['a key twice', { 'content-type': 'application/json' }, '{"text":"a","text":"b"}', 400],
  ['a key in two cases', { 'content-type': 'application/json' }, '{"text":"a","Text":"b"}', 400],
  ['__proto__', { 'content-type': 'application/json' }, '{"__proto__":{"text":"a"}}', 400],
  ['constructor.prototype', { 'content-type': 'application/json' }, '{"config":{"constructor":{"prototype":{}}}}', 400],
  ['too deep', { 'content-type': 'application/json' }, `{"config":${'{"a":'.repeat(200)}1${'}'.repeat(201)}`, 400],
  ['unknown field', { 'content-type': 'application/json' }, '{"text":"a","more":1}', 422],
  ['nothing', { 'content-type': 'application/json' }, '', 422],
  ['what fits', { 'content-type': 'application/json; charset=utf-8' }, '{"text":"a"}', 409],
])('a body of %s is answered %s', async (_what, type, payload, status) => {
  const { app, token } = await setup()
  const response = await app.inject({
    method: 'POST',
    url: post,
    headers: { ...bearer(await token('admin')), ...type },
    payload,
  })
  expect([response.statusCode, response.json().status]).toEqual([status, status])
})

test('a body may have 1 MiB, one to import 4 MiB', async () => {
  const { app, token } = await setup()
  const headers = { ...bearer(await token('admin')), 'content-type': 'application/json' }
  const send = async (url: string, mebibytes: number) => {
    const payload = `{"x":"${'a'.repeat(mebibytes * 1024 * 1024)}"}`
    return (await app.inject({ method: 'POST', url, headers, payload })).statusCode
  }
  expect(await send('/api/v1/mcp/servers', 0.9)).toBe(422)
  expect(await send('/api/v1/mcp/servers', 1)).toBe(413)
  expect(await send(post, 3.9)).toBe(422)
  expect(await send(post, 4)).toBe(413)
})

test('who signs in needs few bytes, and gets no more', async () => {
  const { app } = await setup()
  const send = (payload: string) =>
    app.inject({ method: 'POST', url: '/api/v1/session', headers: { 'content-type': 'application/json' }, payload })
  expect((await send(JSON.stringify({ token: 'a'.repeat(512) }))).statusCode).toBe(401)
  expect((await send(JSON.stringify({ token: 'a'.repeat(8_192) }))).statusCode).toBe(413)
})

test('a stranger is refused before the body is read', async () => {
  const { app } = await setup()
  const response = await app.inject({
    method: 'POST',
    url: post,
    headers: { 'content-type': 'application/json' },
    payload: '{',
  })
  expect(response.statusCode).toBe(401)
})

test('an invalid input names each field; an id that cannot exist is an unknown one', async () => {
  const { app, token } = await setup()
  const headers = bearer(await token('admin'))
  const query = await app.inject({ url: '/api/v1/mcp/servers?limit=0&nope=1', headers })
  expect(query.json()).toMatchObject({ status: 422, code: 'invalid_input' })
  expect(
    query
      .json()
      .errors.map((error: { path: string }) => error.path)
      .sort(),
  ).toEqual(['limit', 'nope'])
  const body = await app.inject({ method: 'POST', url: '/api/v1/tokens', headers, payload: { name: '', role: 'king' } })
  expect(body.json().errors.map((error: { path: string }) => error.path)).toEqual(['name', 'role'])
})

test('the limit counts by token, and by address for strangers', async () => {
  const { app, token } = await setup({ requestsPerMinute: 3 })
  const ask = (headers: Record<string, string>, remoteAddress = '192.0.2.1') =>
    app.inject({ url: '/api/v1/settings', headers, remoteAddress })
  const [first, second] = [bearer(await token('viewer')), bearer(await token('viewer'))]
  for (let i = 0; i < 3; i++) expect((await ask(first)).statusCode).toBe(409)
  const limited = await ask(first)
  expect(limited.json()).toMatchObject({ status: 429, code: 'rate_limited' })
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
  expect((await ask(first, '192.0.2.9')).statusCode).toBe(429)
  expect((await ask(second)).statusCode).toBe(409)

  for (let i = 0; i < 3; i++) expect((await ask({})).statusCode).toBe(401)
  expect((await ask({})).statusCode).toBe(429)
  // What a stranger claims about where they come from does not count.
  expect((await ask({ 'x-forwarded-for': '198.51.100.7' })).statusCode).toBe(429)
  // The faked handler answers 409, so the probe got through.
  expect((await app.inject({ url: '/health/live', remoteAddress: '192.0.2.1' })).statusCode).toBe(409)
  expect((await ask({}, '192.0.2.2')).statusCode).toBe(401)
  expect((await ask({}, '2001:db8::1')).statusCode).toBe(401)
})

test('a limit is over after a minute, however the wall clock is set meanwhile', async () => {
  const { app, clock, token } = await setup({ requestsPerMinute: 1 })
  const headers = bearer(await token('viewer'))
  const ask = () => app.inject({ url: '/api/v1/settings', headers })
  const TEN_YEARS_MS = 3_650 * 86_400_000
  expect((await ask()).statusCode).toBe(409)
  clock.jumpWall(-TEN_YEARS_MS)
  expect((await ask()).headers['retry-after']).toBe('60')
  await clock.advance(59_999)
  clock.jumpWall(TEN_YEARS_MS)
  expect((await ask()).statusCode).toBe(429)
  await clock.advance(1)
  expect((await ask()).statusCode).toBe(409)
})

test('behind a trusted proxy the address is the one it tells, and no hop more', async () => {
  const { app, logLines } = await setup({ env: { OMNI2_TRUSTED_PROXIES: '1' } })
  const headers = { 'x-forwarded-for': '203.0.113.66, 198.51.100.7' }
  await app.inject({ url: '/health/live', headers, remoteAddress: '192.0.2.1' })
  expect(JSON.parse(logLines.at(-1) ?? '')).toMatchObject({ address: '198.51.100.7' })
})

test('signing in sets a cookie that scripts and other sites cannot use, and signing out ends it', async () => {
  const { app, token } = await setup({ env: { OMNI2_PUBLIC_URL: 'https://omni.example' } })
  const url = '/api/v1/session'
  const signedIn = await app.inject({ method: 'POST', url, payload: { token: await token('operator') } })
  expect(signedIn.json()).toMatchObject({ kind: 'session', role: 'operator', name: 'the operator' })
  const [cookie] = signedIn.cookies
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: true, path: '/' })
  const cookies = { omni2_session: cookie?.value ?? '' }
  expect((await app.inject({ url, cookies })).json()).toMatchObject({ role: 'operator' })
  const signedOut = await app.inject({ method: 'DELETE', url, cookies })
  expect([signedOut.statusCode, signedOut.body]).toEqual([204, ''])
  expect((await app.inject({ url, cookies })).statusCode).toBe(401)
  expect((await app.inject({ method: 'POST', url, payload: { token: 'wrong' } })).statusCode).toBe(401)
})

test('tokens are made, listed in pages without their secrets, and deleted', async () => {
  const { app, token } = await setup()
  const headers = bearer(await token('admin'))
  const url = '/api/v1/tokens'
  const made = await app.inject({ method: 'POST', url, headers, payload: { name: 'ci', role: 'operator' } })
  expect(made.statusCode).toBe(201)
  const { id, token: secret } = made.json()
  expect((await app.inject({ url: '/api/v1/session', headers: bearer(secret) })).json()).toMatchObject({ name: 'ci' })

  const first = await app.inject({ url: `${url}?limit=1`, headers })
  expect(first.json()).toMatchObject({ tokens: [{ name: 'the admin' }], next_cursor: '1' })
  const rest = await app.inject({ url: `${url}?limit=1&cursor=1`, headers })
  expect(rest.json()).toMatchObject({
    tokens: [{ id, name: 'ci', last_used_at: expect.any(String) }],
    next_cursor: null,
  })
  expect(first.body + rest.body).not.toContain(secret)

  expect((await app.inject({ method: 'DELETE', url: `${url}/${id}`, headers })).statusCode).toBe(204)
  expect((await app.inject({ method: 'DELETE', url: `${url}/${id}`, headers })).statusCode).toBe(404)
  expect((await app.inject({ method: 'DELETE', url: `${url}/x`, headers })).statusCode).toBe(404)
  expect((await app.inject({ url: '/api/v1/session', headers: bearer(secret) })).statusCode).toBe(401)
  expect((await app.inject({ url: `${url}?cursor=x`, headers })).statusCode).toBe(422)
  const past = { name: 'old', role: 'viewer', expires_at: '2020-01-01T00:00:00Z' }
  expect((await app.inject({ method: 'POST', url, headers, payload: past })).statusCode).toBe(422)
})

test('what the database keeps waiting is answered in time, but what an upstream does is waited for', async () => {
  const never = () => new Promise<never>(() => {})
  const handlers = { deleteServer: never, triggerHealthCheck: never }
  const { app, clock, token } = await setup({ handlers })
  const headers = bearer(await token('admin'))
  const answers: number[] = []
  const ask = async (method: 'DELETE' | 'POST', url: string) => {
    const { statusCode, headers: told } = await app.inject({ method, url, headers })
    answers.push(statusCode, Number(told['retry-after']))
  }
  const [deleting] = [ask('DELETE', '/api/v1/mcp/servers/7'), ask('POST', '/api/v1/mcp/servers/7/health-check')]
  await clock.advance(19_999)
  expect(answers).toEqual([])
  await clock.advance(1)
  await deleting
  await clock.advance(600_000)
  expect(answers).toEqual([503, 5])
})

test('a bug is logged whole and shown bare', async () => {
  const { app, token, logLines } = await setup({
    handlers: {
      getSettings: async () => {
        throw new TypeError('planted detail')
      },
    },
  })
  const response = await app.inject({ url: '/api/v1/settings', headers: bearer(await token('viewer')) })
  expect(response.json()).toEqual({ type: 'about:blank', title: 'Internal error', status: 500, code: 'internal' })
  expect(logLines.join('')).toContain('planted detail')
})

test('requests that are sent away are counted, and told once a minute', async () => {
  const { app, token, logLines, clock } = await setup({
    handlers: {
      getSettings: async () => {
        throw new AppError('unavailable', 'no room')
      },
    },
  })
  const headers = bearer(await token('viewer'))
  const ask = async (times: number) => {
    for (let n = 0; n < times; n++) await app.inject({ url: '/api/v1/settings', headers })
  }
  const told = () => logLines.splice(0).flatMap((line) => (line.includes('"debug"') ? [] : [JSON.parse(line)]))
  await ask(5)
  expect(told()).toMatchObject([{ level: 'warn', refused: { 'no room': 1 } }])
  await clock.advance(60_000)
  expect(told()).toMatchObject([{ level: 'warn', refused: { 'no room': 4 } }])
  await clock.advance(60_000)
  expect(told()).toEqual([])
  await ask(1)
  expect(told()).toMatchObject([{ refused: { 'no room': 1 } }])
})

test('one line tells of each request, marked when it changed something or was refused; no secret is in any', async () => {
  const { app, token, logLines } = await setup()
  const secret = await token('viewer')
  const session = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { token: secret } })
  const cookie = session.cookies[0]?.value ?? ''
  await app.inject({ url: `/api/v1/mcp/servers?q=${secret}`, headers: bearer(secret) })
  await app.inject({ url: `/sign-in/${cookie}`, cookies: { omni2_session: cookie } })
  await app.inject({ method: 'DELETE', url: '/api/v1/mcp/servers/7', headers: bearer(secret) })
  const lines = logLines.map((line) => JSON.parse(line))
  expect(lines.filter((line) => line.msg === 'request')).toMatchObject([
    { audit: true, method: 'POST', route: '/api/v1/session', status: 200 },
    { method: 'GET', route: '/api/v1/mcp/servers', status: 409, principal: 'the viewer', role: 'viewer' },
    { method: 'GET', route: '(none)', status: 404 },
    { audit: true, level: 'warn', method: 'DELETE', route: '/api/v1/mcp/servers/:id', status: 403, target: 'id=7' },
  ])
  expect(logLines.join('')).not.toContain(secret)
  expect(logLines.join('')).not.toContain(cookie)
})

test('every page is under a policy without inline code, frames or other origins', async () => {
  const { app, token } = await setup()
  const headers = bearer(await token('viewer'))
  for (const url of ['/', '/api/docs', '/api/docs/static/swagger-initializer.js', '/api/v1/settings']) {
    const policy = String((await app.inject({ url, headers })).headers['content-security-policy'])
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  }
  const page = (await app.inject({ url: '/api/docs', headers })).body
  expect(page).not.toMatch(/<script(?![^>]*src="\/api\/docs\/)|<style|\son\w+=|https?:\/\//)
})

test('a browser in which nobody is signed in is led from the documentation to sign in, a program is refused', async () => {
  const { app } = await setup()
  const ask = (accept: string, url = '/api/docs') => app.inject({ url, headers: { host: 'localhost', accept } })
  const led = await ask('text/html,*/*')
  expect([led.statusCode, led.headers.location]).toEqual([303, '/sign-in?next=%2Fapi%2Fdocs'])
  expect((await ask('*/*')).statusCode).toBe(401)
  expect((await ask('text/html,*/*', '/api/v1/openapi.json')).statusCode).toBe(401)
})

test('the OpenAPI document tells of every route', async () => {
  const { app, token } = await setup()
  const document = (await app.inject({ url: '/api/v1/openapi.json', headers: bearer(await token('viewer')) })).json()
  expect(document.openapi).toBe('3.1.0')
  const told = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(([, operations]) =>
    Object.values(operations).map((operation) => operation.operationId),
  )
  expect(told.sort()).toEqual(Object.keys(ROUTES).sort())
  expect(document.components.schemas.Problem).toBeDefined()
  expect(document.paths['/api/v1/tokens'].post.responses.default.content).toHaveProperty('application/problem+json')
})
