import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { tokenFor } from '../support/canary.ts'
import { Omni2 } from '../support/omni2.ts'
import { plainHttp } from '../support/plain-http.ts'

let omni2: Omni2
let own: Readonly<Record<string, string>>
beforeAll(async () => {
  omni2 = await Omni2.start({ env: { OMNI2_ALLOWED_HOSTS: 'omni2.internal' } })
  own = { authorization: `Bearer ${omni2.adminToken}` }
})
afterAll(() => omni2?.stop())

const SESSION = '/api/v1/session'
const port = () => new URL(omni2.url).port
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET', body?: unknown) =>
  plainHttp(`${omni2.url}${path}`, { method, headers, body })

/** What an upgrade is answered with: 101, or the status of the refusal. */
async function upgrade(headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${omni2.url.replace('http', 'ws')}/ws`, { headers })
  try {
    return await new Promise((resolve, reject) => {
      socket.once('open', () => resolve(101))
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      socket.once('error', reject)
    })
  } finally {
    socket.on('error', () => {}).terminate()
  }
}

const PLACES: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/'],
  ['GET', '/health/live'],
  ['GET', '/metrics'],
  ['GET', '/api/docs/'],
  ['GET', '/api/v1/mcp/servers'],
  ['POST', SESSION],
  ['POST', '/api/v1/mcp/servers'],
  ['GET', '/nowhere'],
]

describe('a page of another site', () => {
  test.each([
    'evil.example',
    'evil.example:PORT',
    '169.254.169.254',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:PORT',
    'x@127.0.0.1',
  ])('that reaches us under its own name (%s) gets nothing, token or not', async (name) => {
    const host = name.replace('PORT', port())
    for (const [method, path] of PLACES) {
      for (const headers of [{ host }, { host, ...own }]) {
        const answer = await ask(path, headers, method, method === 'POST' ? {} : undefined)
        expect([name, path, answer.status]).toEqual([name, path, 403])
      }
    }
    expect(await upgrade({ host, ...own })).toBe(403)
  })

  test.each([
    'https://evil.example',
    'null',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:PORT.evil.example',
  ])('of the origin %s gets nothing, token or not', async (name) => {
    const origin = name.replace('PORT', port())
    for (const [method, path] of PLACES) {
      const answer = await ask(path, { origin, ...own }, method, method === 'POST' ? {} : undefined)
      expect([path, answer.status, answer.headers['access-control-allow-origin']]).toEqual([path, 403, undefined])
    }
    expect(await upgrade({ origin, ...own })).toBe(403)
  })

  test('that rebinds its name to us is refused though name and origin fit together', async () => {
    const host = `rebound.example:${port()}`
    const answer = await ask('/api/v1/mcp/servers', { host, origin: `http://${host}`, ...own })
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([403, { code: 'forbidden' }])
    expect(await upgrade({ host, origin: `http://${host}`, ...own })).toBe(403)
  })

  test('is told apart from our own names and pages', async () => {
    for (const host of [`127.0.0.1:${port()}`, `localhost:${port()}`, 'omni2.internal', 'omni2.internal:8443']) {
      expect([host, (await ask(SESSION, { host, ...own })).status]).toEqual([host, 200])
      expect([host, (await ask(SESSION, { host, origin: `http://${host}`, ...own })).status]).toEqual([host, 200])
      expect(await upgrade({ host, origin: `http://${host}`, ...own })).toBe(101)
    }
  })
})

const signIn = async (body: object) => {
  const answer = await ask(SESSION, {}, 'POST', body)
  const [set = ''] = answer.headers['set-cookie'] ?? []
  return { status: answer.status, body: answer.body, set, cookie: set.split(';')[0] ?? '' }
}

describe('a browser session', () => {
  test('begins with a token, carries its role, and is over after signing out', async () => {
    const viewer = await tokenFor(omni2, 'viewer')
    const { status, set, body, cookie } = await signIn({ token: viewer })
    expect([status, JSON.parse(body)]).toMatchObject([200, { kind: 'session', role: 'viewer' }])
    expect(body).not.toContain(cookie.split('=')[1])
    expect(set.split('; ').slice(1).sort()).toEqual([
      expect.stringMatching(/^Expires=/),
      'HttpOnly',
      'Path=/',
      'SameSite=Strict',
    ])
    expect((await ask('/api/v1/mcp/servers', { cookie })).status).toBe(200)
    expect((await ask('/api/v1/mcp/servers', { cookie }, 'POST', { name: 'x', url: 'https://x.example' })).status).toBe(
      403,
    )
    const out = await ask(SESSION, { cookie }, 'DELETE')
    expect([out.status, out.headers['set-cookie']?.[0]]).toEqual([
      204,
      expect.stringMatching(/omni2_session=;.*Expires=Thu, 01 Jan 1970/),
    ])
    expect((await ask('/api/v1/mcp/servers', { cookie })).status).toBe(401)
    expect((await ask(SESSION, { authorization: `Bearer ${viewer}` })).status).toBe(200)
  })

  test('begins with the code of the first start, once', async () => {
    const code = /#code=(\S+)/.exec(omni2.process.signInLink ?? '')?.[1]
    const [first, second] = await Promise.all([signIn({ code }), signIn({ code })])
    expect([first.status, second.status].sort()).toEqual([200, 401])
    expect((await signIn({ code })).status).toBe(401)
    expect((await ask('/api/v1/tokens', { cookie: first.cookie || second.cookie })).status).toBe(200)
  })

  test('opens the live feed from our own page, and from nowhere else', async () => {
    const { cookie } = await signIn({ token: omni2.adminToken })
    expect(await upgrade({ cookie, origin: omni2.url })).toBe(101)
    expect(await upgrade({ cookie })).toBe(403)
    expect(await upgrade({ cookie, origin: 'https://evil.example' })).toBe(403)
    expect(await upgrade({})).toBe(401)
    expect(await upgrade({ cookie: 'omni2_session=omni2_session_made-up', origin: omni2.url })).toBe(401)
  })

  test('ends with the token it was made from', async () => {
    const { id, token } = await omni2.api.createToken({ body: { name: 'short', role: 'viewer' } })
    const { cookie } = await signIn({ token })
    expect((await ask(SESSION, { cookie })).status).toBe(200)
    await omni2.api.deleteToken({ params: { id } })
    expect((await ask(SESSION, { cookie })).status).toBe(401)
  })

  test('is kept from plain connections where people come by https', async () => {
    await using behind = await Omni2.start({ env: { OMNI2_PUBLIC_URL: 'https://omni2.example' } })
    const answer = await plainHttp(`${behind.url}${SESSION}`, {
      method: 'POST',
      headers: { host: 'omni2.example', origin: 'https://omni2.example' },
      body: { token: behind.adminToken },
    })
    expect([answer.status, answer.headers['set-cookie']?.[0]]).toEqual([200, expect.stringContaining('; Secure;')])
    expect(behind.process.signInLink).toMatch(/^https:\/\/omni2\.example\/#code=/)
  })

  test('is no way around an Authorization header, and a token has no place in a URL', async () => {
    const { cookie } = await signIn({ token: omni2.adminToken })
    expect((await ask(SESSION, { cookie, authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await ask(`${SESSION}?token=${omni2.adminToken}`)).status).toBe(401)
    expect((await ask(`/ws?token=${omni2.adminToken}`)).status).toBe(401)
    const socket = new WebSocket(`${omni2.url.replace('http', 'ws')}/ws?token=${omni2.adminToken}`, { headers: own })
    const [, response] = await once(socket, 'unexpected-response')
    socket.on('error', () => {}).terminate()
    expect(response.statusCode).toBe(422)
  })
})

describe('limits', () => {
  test('on checks of one server answer 429 with Retry-After, and leave the others alone', async () => {
    const [a, b] = await Promise.all(
      ['a', 'b'].map((name) =>
        omni2.api.createServer({ body: { name, url: 'http://127.0.0.1:1/mcp', enabled: false } }),
      ),
    )
    const check = (id = 0) => omni2.fetch(`/api/v1/mcp/servers/${id}/health-check`, { method: 'POST' })
    const answers: Response[] = []
    await expect
      .poll(async () => answers.push(await check(a?.id)) && answers.at(-1)?.status, { timeout: 40_000, interval: 1 })
      .toBe(429)
    expect(answers).toHaveLength(11)
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await check(b?.id)).status).toBe(200)
  })

  test('on requests hold per token: 600 a minute, told with Retry-After', async () => {
    const [busy, other] = [await tokenFor(omni2, 'viewer'), await tokenFor(omni2, 'viewer')]
    const get = (token: string) => fetch(`${omni2.url}${SESSION}`, { headers: { authorization: `Bearer ${token}` } })
    const statuses: number[] = []
    for (let round = 0; round < 61; round++) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => get(busy)))
      statuses.push(...answers.map(({ status }) => status))
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(600)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    const refused = await get(busy)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' })
    expect((await get(other)).status).toBe(200)
  })

  test('on guessing hold per address, and spare who knows the token', async () => {
    const guess = (index: number) =>
      ask(SESSION, { authorization: `Bearer guess-${index}`, 'x-forwarded-for': `10.0.0.${index}` })
    const statuses: number[] = []
    for (let index = 0; index < 25; index++) statuses.push((await guess(index)).status)
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429])
    expect(Number((await guess(99)).headers['retry-after'])).toBeGreaterThan(0)
    const minted = await tokenFor(omni2, 'viewer')
    expect((await ask(SESSION, { authorization: `Bearer ${minted}` })).status).toBe(200)
    expect((await ask(SESSION, own)).status).toBe(200)
  })
})
