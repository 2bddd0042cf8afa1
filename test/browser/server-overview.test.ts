import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register, registerHealthy, stdioDraft } from '../support/journey.ts'
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
  await dashboard.screenshots('server-overview')
  expect(await dashboard.axe()).toEqual([])
})
