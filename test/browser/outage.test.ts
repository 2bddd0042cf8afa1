import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingHttp, everythingStdio } from '../support/real-servers.ts'

test('who signs in by the link sees the servers, refreshes one, and sees another fall without loading anew', async () => {
  await using omni2 = await Omni2.start()
  await using http = await everythingHttp()
  await registerHealthy(omni2, 'everything', { url: http.url, check_interval_seconds: 5 })
  await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))

  const link = omni2.process.signInLink ?? ''
  await using dashboard = await DashboardPage.open(omni2, { token: null, path: link.slice(omni2.url.length) })
  const { page } = dashboard
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })
  await row('everything').getByText('Healthy').waitFor()
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  expect(page.url()).toBe(`${omni2.url}/`)
  await dashboard.screenshots('servers')
  expect(await dashboard.axe()).toEqual([])

  await row('child').getByRole('button', { name: 'Reload server' }).click()
  await page
    .getByText(/child: answered/)
    .first()
    .waitFor()

  await http.kill()
  await row('everything').getByText('Disconnected').waitFor({ timeout: 30_000 })
  await row('everything')
    .getByText(/Connection refused/)
    .waitFor()
  await row('everything').getByRole('button', { name: 'MCP disconnected, retrying...' }).waitFor()
  await dashboard.screenshots('servers-one-down')
  expect(await dashboard.axe()).toEqual([])
})

test('many servers that fall together are told as one cause on every page, until most of them are back', async () => {
  await using omni2 = await Omni2.start()
  await using http = await everythingHttp()
  const names = ['one', 'two', 'three', 'four', 'five']
  for (const name of names) await registerHealthy(omni2, name, { url: http.url, check_interval_seconds: 5 })
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  await page.getByRole('button', { name: 'Healthy 5' }).waitFor()
  await http.kill()
  const banner = page.getByRole('region', { name: 'What concerns all servers' }).getByRole('status')
  const told =
    /^\d servers began to fail together\. \d of 5 servers fell within a minute: check the network of Omni2 first$/
  await banner.filter({ hasText: told }).waitFor({ timeout: 60_000 })
  await dashboard.screenshots('servers-common-cause')
  expect(await dashboard.axe()).toEqual([])
  // Also for who comes later, and on other pages.
  await page.goto('/settings')
  await banner.filter({ hasText: told }).waitFor()
  await http.start()
  for (const { id } of (await omni2.api.listServers()).servers) await omni2.api.resetBreaker({ params: { id } })
  await banner.waitFor({ state: 'detached', timeout: 60_000 })
})

test('while Omni2 is away the page says since when it is stale, and then shows how things are', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-test-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(dataDir, { recursive: true, force: true }))
  await using http = await everythingHttp()
  const before = await Omni2.start({ dataDir })
  owned.defer(() => before.stop())
  await registerHealthy(before, 'everything', { url: http.url, check_interval_seconds: 5 })
  // The admin's is another one after each start of a test.
  const { token } = await before.api.createToken({ body: { name: 'screen', role: 'viewer' } })
  await using dashboard = await DashboardPage.open(before, { token, expected: /WebSocket|ERR_CONNECTION_REFUSED/ })
  const { page } = dashboard
  const row = page.getByRole('row', { name: /everything/ })
  await row.getByText('Healthy').waitFor()

  await before.stop()
  await page.getByText('Stale', { exact: true }).waitFor()
  await row.getByText('Healthy').waitFor()
  await dashboard.screenshots('stale')
  expect(await dashboard.axe()).toEqual([])
  await http.kill()
  await using _after = await Omni2.start({ dataDir, port: Number(new URL(before.url).port) })
  await page.getByText('Live', { exact: true }).waitFor()
  await row.getByText('Disconnected').waitFor()
})
