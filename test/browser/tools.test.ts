import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

test('a tool is run from a form: what is missing is said, and then what it answers', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}/tools?tool=get-sum` })
  const { page } = dashboard
  const run = page.getByRole('button', { name: 'Run', exact: true })
  await page.getByText('a is required; b is required').waitFor()
  expect(await run.getAttribute('aria-disabled')).toBe('true')
  await page.getByRole('textbox', { name: 'a', exact: true }).fill('2')
  await page.getByRole('textbox', { name: 'b', exact: true }).fill('x')
  await page.getByText('b must be number').first().waitFor()
  await page.getByRole('textbox', { name: 'b', exact: true }).fill('40')
  await run.click()
  const result = page.getByRole('region', { name: 'Result' })
  await result.getByText('The sum of 2 and 40 is 42.').waitFor()
  await dashboard.screenshots('tools')
  expect(await dashboard.axe()).toEqual([])
})
