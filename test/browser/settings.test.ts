import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

test('an admin changes settings, and makes and revokes a token', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await register(omni2, 'mail', { url: 'http://127.0.0.1:1/mcp', enabled: false })
  await omni2.api.createCollection({ body: { name: 'post', servers: [{ server_id: id }] } })
  await using dashboard = await DashboardPage.open(omni2, { path: '/settings' })
  const { page } = dashboard
  const breaker = page.getByRole('region', { name: 'Circuit breaker' })
  const threshold = breaker.getByLabel('Failures until it opens')
  await threshold.fill('0')
  await breaker.getByRole('button', { name: 'Save' }).click()
  await breaker.getByText('Must be at least 1').waitFor()
  expect((await omni2.api.getBreakerConfig()).failure_threshold).toBe(5)
  await threshold.fill('7')
  await breaker.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Circuit breaker saved').first().waitFor()
  expect((await omni2.api.getBreakerConfig()).failure_threshold).toBe(7)

  const gateway = page.getByRole('region', { name: 'Gateway' })
  await gateway.getByLabel('Hide what is down').click()
  const retention = page.getByRole('region', { name: 'Retention' })
  await retention.getByLabel('Events').fill('14')
  await retention.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Retention saved').first().waitFor()
  expect(await omni2.api.getSettings()).toMatchObject({ event_days: 14, health_log_days: null })
  // What was changed before, and not saved, is still there.
  await gateway.getByLabel('Calls of one token').fill('600')
  await gateway.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Gateway saved').first().waitFor()
  expect(await omni2.api.getSettings()).toMatchObject({
    gateway_hide_down_servers: true,
    gateway_calls_per_minute: 600,
    event_days: 14,
  })

  const tokens = page.getByRole('region', { name: 'API tokens' })
  await tokens.getByRole('button', { name: 'New token' }).click()
  await page.getByLabel('Name', { exact: true }).fill('ci')
  await page.getByRole('button', { name: 'Make it' }).click()
  const secret = await page.getByText(/^omni2_/).innerText()
  await page.getByRole('button', { name: 'Done' }).click()
  expect(await omni2.as(secret).getSession()).toMatchObject({ name: 'ci', role: 'viewer' })
  await tokens.getByRole('row', { name: /ci/ }).waitFor()
  await dashboard.screenshots('settings')
  expect(await dashboard.axe()).toEqual([])

  await tokens.getByRole('button', { name: 'New token' }).click()
  await page.getByLabel('Name', { exact: true }).fill('helper')
  await page.getByRole('combobox', { name: 'Role' }).click()
  await page.getByRole('option', { name: /^agent/ }).click()
  await page.getByRole('combobox', { name: 'May use' }).click()
  await page.getByRole('option', { name: 'post' }).click()
  await page.getByRole('option', { name: 'mail' }).click()
  await dashboard.screenshots('settings-new-token')
  expect(await dashboard.axe()).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await tokens.getByRole('row', { name: /^helper agent mail, post/ }).waitFor()
  const made = (await omni2.api.listTokens()).tokens.find(({ name }) => name === 'helper')
  expect(made).toMatchObject({
    role: 'agent',
    limit: { servers: [{ id, name: 'mail' }], collections: [{ name: 'post' }] },
  })

  await tokens.getByRole('button', { name: 'Revoke ci' }).click()
  const asked = page.getByRole('dialog', { name: 'Revoke ci?' })
  await asked.waitFor()
  await dashboard.screenshots('settings-revoke')
  expect(await dashboard.axe()).toEqual([])
  await asked.getByRole('button', { name: 'Revoke' }).click()
  await tokens.getByRole('row', { name: /ci/ }).waitFor({ state: 'detached' })
  await expect(omni2.as(secret).getSession()).rejects.toThrow('token')
})

test('a viewer reads the settings and is told why they cannot be changed', async () => {
  await using omni2 = await Omni2.start()
  const { token } = await omni2.api.createToken({ body: { name: 'onlooker', role: 'viewer' } })
  await using dashboard = await DashboardPage.open(omni2, { path: '/settings', token })
  const { page } = dashboard
  await page.getByText('Only an admin may change these.').first().waitFor()
  await page.getByText('Only an admin sees and makes tokens.').waitFor()
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
  expect(await dashboard.axe()).toEqual([])
})

test('what is typed in settings stays when they are read again meanwhile', async () => {
  await using omni2 = await Omni2.start()
  await using dashboard = await DashboardPage.open(omni2, { path: '/settings' })
  const { page } = dashboard
  await page.clock.install()
  await page.reload()
  const breaker = page.getByRole('region', { name: 'Circuit breaker' })
  await breaker.getByLabel('Failures until it opens').fill('9')
  await page.clock.fastForward('01:00')
  const again = page.waitForResponse('**/api/v1/circuit-breaker/config')
  // As when a laptop wakes up.
  await page.context().setOffline(true)
  await page.context().setOffline(false)
  await again
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  expect(await breaker.getByLabel('Failures until it opens').inputValue()).toMatch(/^9/)
  await breaker.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Circuit breaker saved').first().waitFor()
  expect((await omni2.api.getBreakerConfig()).failure_threshold).toBe(9)
})
