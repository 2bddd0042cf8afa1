import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { bearer, setUpServer } from '../../../test/support/server-setup.ts'
import { serveDashboard } from './dashboard.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function setup({ built = true } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'omni2-web-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  if (built) {
    mkdirSync(path.join(folder, 'assets'))
    writeFileSync(path.join(folder, 'index.html'), '<!doctype html>shell')
    writeFileSync(path.join(folder, 'assets/app-1a2b.js'), 'script')
    writeFileSync(path.join(folder, 'assets/app-1a2b.js.gz'), gzipSync('script'))
    writeFileSync(path.join(folder, 'secret.txt'), 'not for you')
  }
  const server = await setUpServer()
  closing.push(() => server.app.close())
  await serveDashboard(server.app, folder)
  return { ...server, app: server.withRoutes() }
}

const PAGES = [
  '/',
  '/sign-in',
  '/mcps/7',
  '/mcps/7/log',
  '/events',
  '/settings',
  '/settings/tokens',
  '/calls',
  '/calls/7',
]

test('every path of the dashboard is its page, for anyone, asked for anew each time and not sent again', async () => {
  const { app } = await setup()
  for (const url of [...PAGES, '/collections', '/collections/team', '/?q=x']) {
    const page = await app.inject({ url })
    expect([url, page.statusCode, page.body]).toEqual([url, 200, '<!doctype html>shell'])
    expect(page.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'text/html; charset=utf-8' })
    const again = await app.inject({ url, headers: { 'if-none-match': String(page.headers.etag) } })
    expect(again.statusCode).toBe(304)
  }
})

test('what belongs to the API and the gateway is no page', async () => {
  const { app, token } = await setup()
  const headers = bearer(await token('admin'))
  for (const url of [
    '/mcp',
    '/servers/github',
    '/collections/team/mcp',
    '/mcps',
    '/api',
    '/secret.txt',
    '/index.html',
  ]) {
    expect([url, (await app.inject({ url, headers })).statusCode]).toEqual([url, 404])
  }
})

const IN_A_BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

test('who opens a path that nobody serves in a browser gets the page with status 404, by way of signing in', async () => {
  const { app, token } = await setup()
  const headers = { ...IN_A_BROWSER, ...bearer(await token('viewer')) }
  for (const url of ['/servers/1', '/mcps', '/x/y?z=1']) {
    const page = await app.inject({ url, headers })
    expect([url, page.statusCode, page.body]).toEqual([url, 404, '<!doctype html>shell'])
    const stranger = await app.inject({ url, headers: IN_A_BROWSER })
    expect([stranger.statusCode, stranger.headers.location]).toEqual([303, `/sign-in?next=${encodeURIComponent(url)}`])
  }
  for (const request of [
    { url: '/api/v1/nothing', headers },
    { url: '/servers/1', headers, method: 'POST' as const },
    { url: '/servers/1', headers: { ...headers, accept: 'application/json' } },
  ]) {
    const answer = await app.inject(request)
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found'])
  }
})

test('an asset is kept for ever and sent as it was compressed', async () => {
  const { app } = await setup()
  const asset = await app.inject({ url: '/assets/app-1a2b.js', headers: { 'accept-encoding': 'gzip' } })
  expect(asset.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
    'content-type': expect.stringMatching(/javascript/),
    vary: expect.stringMatching(/accept-encoding/i),
  })
  expect(asset.rawPayload).toEqual(gzipSync('script'))
  expect((await app.inject('/assets/app-1a2b.js')).body).toBe('script')
})

test.each(['/assets/gone.js', '/assets/..%2Fsecret.txt', '/assets/%2e%2e%2fsecret.txt', '/assets/.', '/assets/'])(
  '%s is not there, and no answer that a cache would keep',
  async (url) => {
    const { app, token } = await setup()
    const answer = await app.inject({ url, headers: bearer(await token('admin')) })
    expect(answer.statusCode).toBe(404)
    expect(answer.body).not.toContain('not for you')
    expect(answer.headers['cache-control']).toBe('no-store')
  },
)

test('without a build the page says what to run', async () => {
  const { app } = await setup({ built: false })
  const page = await app.inject('/')
  expect([page.statusCode, page.headers['cache-control']]).toEqual([503, 'no-cache'])
  expect(page.body).toContain('npm run build:web')
})
