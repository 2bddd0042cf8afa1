import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingHttp } from '../support/real-servers.ts'

test('an admin tries a server, corrects it, saves it, and comes to its page', async () => {
  await using omni2 = await Omni2.start()
  await using http = await everythingHttp()
  await using dashboard = await DashboardPage.open(omni2, { path: '/add', expected: /422/ })
  const { page } = dashboard
  await page.getByLabel('Name').fill('not__allowed')
  await page.getByRole('textbox', { name: 'URL' }).fill('http://127.0.0.1:1/mcp')
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText('It does not work').waitFor()
  await page.getByText(/Start the server, or correct its URL/).waitFor()
  await page.getByRole('textbox', { name: 'URL' }).fill(http.url)
  await page.getByRole('button', { name: 'Test' }).click()
  await page.getByText(/^It works, in/).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page
    .getByText(/letters, digits/)
    .first()
    .waitFor()
  await dashboard.screenshots('add')
  expect(await dashboard.axe()).toEqual([])
  expect((await omni2.api.listServers()).servers).toEqual([])
  await page.getByLabel('Name').fill('everything')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'everything' }).waitFor()
  await page.getByText(/^Up for/).waitFor()
})

test('a secret is set, stays unseen, and is removed', async () => {
  await using omni2 = await Omni2.start()
  await using http = await everythingHttp()
  const { id } = await registerHealthy(omni2, 'everything', { url: http.url })
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}/edit` })
  const { page } = dashboard
  await page.getByRole('combobox', { name: 'Credentials' }).click()
  await page.getByRole('option', { name: 'Bearer token' }).click()
  await page.getByRole('textbox', { name: 'Token' }).fill('top-secret-value')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByPlaceholder('stored; type to replace it').waitFor()
  expect(await page.content()).not.toContain('top-secret-value')
  expect(await omni2.api.getServer({ params: { id } })).toMatchObject({ auth_type: 'bearer', auth_configured: true })
  await dashboard.screenshots('edit')
  expect(await dashboard.axe()).toEqual([])
  await page.getByRole('combobox', { name: 'Credentials' }).click()
  await page.getByRole('option', { name: 'None' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByPlaceholder('stored; type to replace it').waitFor({ state: 'detached' })
  await expect.poll(() => omni2.api.getServer({ params: { id } })).toMatchObject({ auth_configured: false })
})

test('who saves what somebody else changed meanwhile sees what, and decides', async () => {
  await using omni2 = await Omni2.start()
  await using http = await everythingHttp()
  const { id } = await registerHealthy(omni2, 'everything', { url: http.url })
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}/edit`, expected: /412/ })
  const { page } = dashboard
  await page.getByLabel('Description').fill('mine')
  await omni2.api.updateServer({ params: { id }, body: { timeout_seconds: 20 } })
  await page.getByRole('button', { name: 'Save' }).click()
  const conflict = page.getByRole('alert')
  await conflict.getByText('timeout seconds: 10 → 20').waitFor()
  await dashboard.screenshots('edit-conflict')
  expect(await dashboard.axe()).toEqual([])
  await conflict.getByRole('button', { name: 'Save mine over it' }).click()
  await page.getByText('everything saved').first().waitFor()
  expect(await omni2.api.getServer({ params: { id } })).toMatchObject({ description: 'mine', timeout_seconds: 20 })
})
