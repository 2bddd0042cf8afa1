import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingHttp } from '../support/real-servers.ts'

test('a pasted mcp.json is looked at, chosen from and registered', async () => {
  await using omni2 = await Omni2.start()
  await using http = await everythingHttp()
  await using dashboard = await DashboardPage.open(omni2, { path: '/import' })
  const { page } = dashboard
  const mcpServers = { good: { url: http.url }, other: { url: http.url }, odd: { url: 'ftp://x' } }
  await page.getByLabel('mcp.json').fill(JSON.stringify({ mcpServers }))
  await page.getByRole('button', { name: 'Look at it' }).click()
  const entries = page.getByRole('list', { name: 'Servers of the file' })
  await entries.getByText('odd: cannot be registered').waitFor()
  await entries.getByLabel(/^other/).uncheck()
  await dashboard.screenshots('import')
  expect(await dashboard.axe()).toEqual([])
  await page.getByRole('button', { name: 'Register 1 server' }).click()
  await page.getByRole('row', { name: /good/ }).getByText('Healthy').waitFor()
  expect((await omni2.api.listServers()).servers.map(({ name }) => name)).toEqual(['good'])
})
