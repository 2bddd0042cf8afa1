import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

test('what a server offers can be read, with the schema of each tool', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}/capabilities` })
  const { page } = dashboard
  const tools = page.getByRole('region', { name: 'Tools' })
  await tools.getByRole('heading', { name: 'Tools 13' }).waitFor()
  await tools.getByRole('button', { name: /^echo/ }).click()
  await tools.getByText(/"inputSchema"/).waitFor()
  await page.getByRole('region', { name: 'Prompts' }).getByRole('button').first().waitFor()
  await dashboard.screenshots('server-capabilities')
  expect(await dashboard.axe()).toEqual([])
})
