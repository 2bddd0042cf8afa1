import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register, registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

test('the log shows the check that a person asked for, as it comes, and can be filtered', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await register(omni2, 'nobody', { url: 'http://127.0.0.1:1/mcp' })
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}/log` })
  const { page } = dashboard
  const log = page.getByRole('region', { name: 'Health log' })
  await log.getByText('scheduled').first().waitFor()
  await omni2.api.triggerHealthCheck({ params: { id } })
  const manual = log.getByRole('row').filter({ hasText: 'manual' })
  await manual.getByText(/connect failed after/).waitFor()
  await manual.getByText(/Connection refused/).waitFor()
  await dashboard.screenshots('server-log')
  expect(await dashboard.axe()).toEqual([])

  await log.getByRole('combobox', { name: 'Trigger' }).click()
  await page.getByRole('option', { name: 'manual' }).click()
  await log.getByRole('row').filter({ hasText: 'scheduled' }).waitFor({ state: 'detached' })
  expect(await log.getByRole('row').count()).toBe(2)
  await page.reload()
  await manual.waitFor()
  expect(await log.getByRole('row').count()).toBe(2)

  const [file] = await Promise.all([page.waitForEvent('download'), log.getByRole('link', { name: 'CSV' }).click()])
  expect(file.suggestedFilename()).toBe('nobody-health-log.csv')
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('manual')
})

test('what a stdio server writes to stderr can be read', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}/stderr` })
  await dashboard.page.getByText(/Starting default/).waitFor()
  await dashboard.screenshots('server-stderr')
  expect(await dashboard.axe()).toEqual([])
})
