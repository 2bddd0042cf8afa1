import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register } from '../support/journey.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'
import { deadPort } from '../support/ports.ts'

test('a server that stays dead counts its cycles up to the automatic disable, which is told, and enabled again', async () => {
  await using dead = await deadPort()
  await using omni2 = await Omni2InFakeTime.start()
  // A browser takes no session that ended by its own time.
  omni2.clock.jumpWall(Date.now() - omni2.clock.wall())
  // What the page asks for while minutes pass at once is not answered in time, and asked for again.
  await using dashboard = await DashboardPage.open(omni2, { expected: /503/ })
  const { page } = dashboard
  const { id } = await register(omni2, 'gone', { url: dead.url })
  let server = await omni2.settled(id)
  const until = async (isReached: () => boolean) => {
    for (let checks = 0; !isReached() && checks < 40; checks++) server = await omni2.nextCheck(id)
    expect(isReached()).toBe(true)
    // Views are pushed after a moment.
    await omni2.clock.advance(1_000)
  }
  await until(() => server.circuit.failure_cycles === 3)
  const row = page.getByRole('row', { name: /gone/ })
  await row.getByText('Circuit open').waitFor()
  await row.getByRole('link', { name: 'gone' }).click()
  await page.getByText(/^Circuit open for .*Next attempt .* 3 of 10 cycles to automatic disable\./).waitFor()
  await page
    .getByRole('region', { name: 'Circuit breaker' })
    .getByText('3 of 10 until automatic disable', { exact: true })
    .waitFor()
  await dashboard.screenshots('server-cycles')

  await until(() => server.auto_disabled_at !== null)
  await page
    .getByText(/^Disabled automatically/)
    .first()
    .waitFor()
  await dashboard.screenshots('server-auto-disabled')
  expect(await dashboard.axe()).toEqual([])
  const toast = page.getByRole('region', { name: 'Notifications' }).getByRole('alert').filter({ hasText: 'gone' })
  await toast.filter({ hasText: /disabled/i }).waitFor()
  expect(await toast.count()).toBe(1)
  await page.getByRole('link', { name: 'Omni2' }).click()
  const tooltip = `Disabled automatically after ${server.circuit.failure_cycles} failure cycles`
  const refresh = row.getByRole('button', { name: `${tooltip}: gone`, exact: true })
  expect(await refresh.getAttribute('aria-disabled')).toBe('true')
  await refresh.hover()
  await page.getByRole('tooltip', { name: tooltip }).waitFor()
  await row.getByRole('button', { name: 'Enable: gone' }).click()
  await expect.poll(() => omni2.api.getServer({ params: { id } })).toMatchObject({ health_status: 'disconnected' })
  await omni2.clock.advance(1_000)
  await row.getByText('Disconnected').waitFor()
})
