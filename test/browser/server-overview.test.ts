import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { check, register, registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

test('the overview of a server that is cut off tells why, until when, and offers to try now', async () => {
  await using omni2 = await Omni2.start()
  await omni2.api.setBreakerConfig({ body: { failure_threshold: 1, timeout_seconds: 600 } })
  const { id } = await register(omni2, 'nobody', { url: 'http://127.0.0.1:1/mcp' })
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}` })
  const { page } = dashboard
  await page
    .getByText(/^Circuit open for \d+s. Calls are stopped: Connection refused by 127.0.0.1:1. Next attempt in \d+m/)
    .waitFor()
  const panel = (name: string) => page.getByRole('region', { name })
  await panel('Last check')
    .getByText(/connect failed after/)
    .waitFor()
  await panel('Incidents')
    .getByText(/goes on/)
    .waitFor()
  await panel('Uptime and latency')
    .getByRole('row', { name: /^24h 0.000%/ })
    .waitFor()
  await dashboard.screenshots('server-overview-down')
  expect(await dashboard.axe()).toEqual([])
  await panel('Circuit breaker').getByRole('button', { name: 'Reset breaker' }).click()
  await page.getByText('The circuit of nobody is closed').first().waitFor()
})

test('the overview of a healthy server shows what it is and how fast it answers', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}` })
  const { page } = dashboard
  await page.getByText(/^Up for \d+s. The last check passed/).waitFor()
  await page
    .getByRole('region', { name: 'Server', exact: true })
    .getByText(/13 tools/)
    .waitFor()
  await page
    .getByRole('region', { name: 'Last check' })
    .getByText(/tools list/)
    .waitFor()
  const latency = page.getByRole('region', { name: 'Latency', exact: true })
  await latency.getByText('p95').waitFor()
  await latency.getByText('1h', { exact: true }).click()
  await page.waitForURL('**?period=1h')
  await check(omni2, id)
  await latency.locator('.recharts-line-dots').first().waitFor()
  await dashboard.screenshots('server-overview')
  expect(await dashboard.axe()).toEqual([])
})

test('an admin gives a server breaker settings of its own, and takes them away', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}` })
  const { page } = dashboard
  const panel = page.getByRole('region', { name: 'Circuit breaker' })
  const form = page.getByRole('dialog', { name: 'Circuit breaker of child' })
  await panel.getByText('those of all servers').waitFor()
  await panel.getByRole('button', { name: 'Settings of its own' }).click()
  const threshold = form.getByLabel('Failures until it opens')
  await form.getByPlaceholder('5 failures, as for all servers').waitFor()
  await threshold.fill('0')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('Must be at least 1').waitFor()
  await threshold.fill('3')
  await form.getByRole('combobox', { name: 'Automatic disable' }).click()
  await page.getByRole('option', { name: 'Off' }).click()
  await dashboard.screenshots('server-breaker-override')
  expect(await dashboard.axe()).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()
  await panel.getByText('failures until it opens: 3, automatic disable: off').waitFor()
  const breaker = () => omni2.api.getBreaker({ params: { id } })
  expect((await breaker()).override).toEqual({ failure_threshold: 3, auto_disable_enabled: false })

  await panel.getByRole('button', { name: 'Settings of its own' }).click()
  await form.getByRole('button', { name: 'Follow all servers' }).click()
  await panel.getByText('those of all servers').waitFor()
  expect((await breaker()).override).toBeNull()
})

test('a server is checked, disabled, enabled again and deleted on its page, after one question each', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  // What the page asks for after a check may come to the server that was deleted meanwhile.
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}`, expected: /404/ })
  const { page } = dashboard
  const press = (name: string) => page.getByRole('main').getByRole('button', { name }).click()
  const told = (text: string) => page.getByRole('alert').filter({ hasText: text })
  await press('Check now')
  await told('child: answered').waitFor()

  await press('Disable')
  const asked = page.getByRole('dialog', { name: 'Disable child?' })
  await asked.getByText(/takes no calls/).waitFor()
  await dashboard.screenshots('server-disable')
  expect(await dashboard.axe()).toEqual([])
  await asked.getByRole('button', { name: 'Disable' }).click()
  await page.getByText(/^Disabled by a person/).waitFor()
  await told('child disabled').getByRole('button', { name: 'Enable again' }).click()
  await page.getByText(/^Up for/).waitFor()

  await press('More actions')
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog', { name: 'Delete child?' }).getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'No servers yet' }).waitFor()
  expect((await omni2.api.listServers()).servers).toEqual([])
})
