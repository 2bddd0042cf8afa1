import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

test('what happens is on the events page as it happens, and can be filtered by severity', async () => {
  await using omni2 = await Omni2.start()
  await register(omni2, 'nobody', { url: 'http://127.0.0.1:1/mcp' })
  await using dashboard = await DashboardPage.open(omni2, { path: '/events' })
  const { page } = dashboard
  const rows = page.getByRole('region', { name: 'Events' }).getByRole('listitem')
  await rows.filter({ hasText: 'Unknown → Disconnected: Connection refused' }).waitFor()
  const { id } = await register(omni2, 'later', { url: 'http://127.0.0.1:1/mcp' })
  await rows.filter({ hasText: 'later' }).filter({ hasText: 'Registered' }).waitFor()
  await omni2.api.disableServer({ params: { id } })
  await rows.filter({ hasText: 'Disconnected → Disabled' }).waitFor()
  await dashboard.screenshots('events')
  expect(await dashboard.axe()).toEqual([])

  await page.getByRole('combobox', { name: 'Severity' }).click()
  await page.getByRole('option', { name: 'high' }).click()
  await rows.filter({ hasText: 'Registered' }).first().waitFor({ state: 'detached' })
  await rows.filter({ hasText: 'Disconnected: Connection refused' }).first().waitFor()
})
