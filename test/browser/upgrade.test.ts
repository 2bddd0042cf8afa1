import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

const MISSING = /404|dynamically imported module|error boundary|preload/i

test('a tab that stayed open over an upgrade says so where a part of it is gone, and loads again', async () => {
  await using omni2 = await Omni2.start()
  await using dashboard = await DashboardPage.open(omni2, { expected: MISSING })
  const { page } = dashboard
  const gone = '**/assets/EventPanel-*'
  await page.route(gone, (route) => route.fulfill({ status: 404 }))
  await page.getByRole('button', { name: /^What happened/ }).click()
  await page.getByRole('heading', { name: 'This page has to be loaded again' }).waitFor()
  await dashboard.screenshots('upgrade')
  expect(await dashboard.axe()).toEqual([])

  await page.unroute(gone)
  await page.getByRole('button', { name: 'Load it again' }).click()
  await page.getByRole('button', { name: /^What happened/ }).click()
  await page.getByRole('dialog').waitFor()
})

test('a page that is gone says so, and all others are there', async () => {
  await using omni2 = await Omni2.start()
  await register(omni2, 'mail', { url: 'http://127.0.0.1:1/mcp', enabled: false })
  await using dashboard = await DashboardPage.open(omni2, { expected: MISSING })
  const { page } = dashboard
  await page.route('**/assets/SettingsPage-*', (route) => route.fulfill({ status: 404 }))
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('heading', { name: 'This page has to be loaded again' }).waitFor()
  await page.getByRole('link', { name: 'Servers' }).click()
  await page.getByText('mail').first().waitFor()
})
