import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register, registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

/** Scripts of the first page, as gzip or brotli. */
const MOST_SCRIPT_BYTES = 250 * 1024

test('who is nobody signs in, comes to the page they wanted, and signs out again', async () => {
  await using omni2 = await Omni2.start()
  await using dashboard = await DashboardPage.open(omni2, { token: null, path: '/settings?a=1', expected: /401/ })
  const { page } = dashboard
  const signIn = async (token: string) => {
    await page.getByRole('textbox', { name: 'Token' }).fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await signIn('wrong')
  await page.getByText('This token or code is not valid').waitFor()
  await dashboard.screenshots('sign-in')
  expect(await dashboard.axe()).toEqual([])

  await signIn(omni2.adminToken)
  await page.getByRole('button', { name: /^Account: .*, admin$/ }).click()
  expect(new URL(page.url()).pathname).toBe('/settings')
  await dashboard.screenshots('account')
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('textbox', { name: 'Token' }).waitFor()
  await page.goto('/')
  await page.waitForURL('**/sign-in')
})

test('a link that was used before says so, and leaves the page where one signs in', async () => {
  await using omni2 = await Omni2.start()
  const link = omni2.process.signInLink ?? ''
  const code = link.slice(link.indexOf('=') + 1)
  await omni2.api.signIn({ body: { code } })
  await using dashboard = await DashboardPage.open(omni2, { token: null, path: `/#code=${code}`, expected: /401/ })
  await dashboard.page.getByText('This token or code is not valid').waitFor()
  expect(dashboard.page.url()).not.toContain(code)
})

test('a session that ends elsewhere leads to the sign-in page at once, and back', async () => {
  await using omni2 = await Omni2.start()
  const { id, token } = await omni2.api.createToken({ body: { name: 'short', role: 'viewer' } })
  await using dashboard = await DashboardPage.open(omni2, { token, path: '/events', expected: /401|WebSocket/ })
  const { page } = dashboard
  await page.getByText('Live', { exact: true }).waitFor()
  await omni2.api.deleteToken({ params: { id } })
  await page.getByRole('textbox', { name: 'Token' }).fill(omni2.adminToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/events')
})

test('the page and what it loads are open to everyone, and have nothing to tell', async () => {
  await using omni2 = await Omni2.start()
  const page = await (await fetch(`${omni2.url}/settings`)).text()
  const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, asset]) => `${asset}`)
  expect(assets.length).toBeGreaterThan(2)
  for (const path of ['/', ...assets]) {
    const answer = await fetch(`${omni2.url}${path}`)
    expect([path, answer.status]).toEqual([path, 200])
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(await answer.text()).not.toContain(omni2.adminToken)
  }
})

test('the documentation of the API shows within the same policy', async () => {
  await using omni2 = await Omni2.start()
  // It brings one style element of its own, and does without.
  await using dashboard = await DashboardPage.open(omni2, { path: '/api/docs', expected: /inline/ })
  await dashboard.page.getByText('/api/v1/mcp/servers', { exact: true }).first().waitFor()
})

test('who is not signed in comes to the documentation of the API by way of signing in', async () => {
  await using omni2 = await Omni2.start()
  await using dashboard = await DashboardPage.open(omni2, { token: null, path: '/api/docs', expected: /inline|401/ })
  const { page } = dashboard
  await page.getByRole('textbox', { name: 'Token' }).fill(omni2.adminToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('/api/v1/mcp/servers', { exact: true }).first().waitFor()
})

test('a path that nobody serves leads to a page that says so, and from there to the servers', async () => {
  await using omni2 = await Omni2.start()
  await using dashboard = await DashboardPage.open(omni2, { token: null, path: '/servers/1', expected: /401|404/ })
  const { page } = dashboard
  await page.getByRole('textbox', { name: 'Token' }).fill(omni2.adminToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  const again = await page.reload()
  expect([again?.status(), new URL(page.url()).pathname]).toEqual([404, '/servers/1'])
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  expect(await dashboard.axe()).toEqual([])
  await page.getByRole('link', { name: 'All servers' }).click()
  await page.getByRole('heading', { name: 'No servers yet' }).waitFor()
  expect(await page.title()).toBe('Servers - Omni2')
})

test('the first page is light, and every page looks as it should', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await register(omni2, 'nobody', { url: 'http://127.0.0.1:1/mcp' })
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  await page.getByRole('link', { name: 'child' }).waitFor()
  const scriptBytes = await dashboard.scriptBytes()
  expect(scriptBytes).toBeGreaterThan(100 * 1024)
  expect(scriptBytes).toBeLessThan(MOST_SCRIPT_BYTES)
  const pages = { server: `/mcps/${id}`, missing: '/mcps/99', nowhere: '/settings/x/y' }
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(path)
    await page.getByRole('heading').first().waitFor()
    await dashboard.screenshots(name)
    expect(await dashboard.axe()).toEqual([])
  }
})
