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

test('older events are there when asked for, until the first of them', async () => {
  await using omni2 = await Omni2.start()
  for (let index = 0; index < 60; index++) {
    await register(omni2, `server-${index}`, { url: 'http://127.0.0.1:1/mcp', enabled: false })
  }
  await using dashboard = await DashboardPage.open(omni2, { path: '/events' })
  const { page } = dashboard
  const rows = page.getByRole('region', { name: 'Events' }).getByRole('listitem')
  await rows.filter({ hasText: 'server-59' }).first().waitFor()
  const first = page.getByRole('link', { name: 'server-0', exact: true })
  expect(await first.count()).toBe(0)
  const older = page.getByRole('button', { name: 'Show older' })
  while (await older.isVisible()) {
    const before = await rows.count()
    await older.click()
    await expect.poll(() => rows.count()).toBeGreaterThan(before)
  }
  await first.first().waitFor()
})
