import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register, registerHealthy, stdioDraft, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingHttp, everythingStdio } from '../support/real-servers.ts'

const NOBODY = 'http://127.0.0.1:1/mcp'

const toasts = ({ page }: DashboardPage) => page.getByRole('region', { name: 'Notifications' })

test('a server that falls turns red and is told once, on every screen, to who listens, and outside the page', async () => {
  await using omni2 = await Omni2.start()
  await using http = await everythingHttp()
  const { id } = await registerHealthy(omni2, 'mail', { url: http.url, check_interval_seconds: 5 })
  await omni2.api.setBreakerOverride({ params: { id }, body: { failure_threshold: 50 } })
  await using one = await DashboardPage.open(omni2)
  await using other = await DashboardPage.open(omni2)
  const outside = await noteNotifications(other)
  await other.page.getByRole('button', { name: 'What happened' }).click()
  await other.page.getByRole('switch', { name: 'Browser notifications' }).check({ force: true })
  await other.page.getByRole('button', { name: 'Close' }).click()
  await one.page.getByRole('row', { name: /mail/ }).getByText('Healthy').waitFor()

  await http.kill()
  for (const dashboard of [one, other]) {
    const { page } = dashboard
    await toasts(dashboard).getByText('mail: Disconnected').waitFor({ timeout: 45_000 })
    await page.getByRole('row', { name: /mail/ }).getByText('Disconnected').waitFor()
    expect(await toasts(dashboard).getByRole('group').count()).toBe(1)
    expect(await page.locator('[aria-live=polite]').innerText()).toMatch(/^mail: Disconnected. Connection refused/)
  }
  await one.screenshots('toast')
  expect(await one.axe()).toEqual([])
  expect(await outside()).toEqual(['mail: Disconnected'])
  await one.page.getByRole('button', { name: 'What happened, 1 new' }).waitFor()
  await toasts(one).getByRole('link', { name: 'Look at it' }).click()
  await one.page.waitForURL(`**/mcps/${id}`)
})

/** Has the page believe that nobody looks at it and that it may notify; answers the titles of what it then shows. */
async function noteNotifications({ page }: DashboardPage): Promise<() => Promise<unknown>> {
  await page.evaluate(`
    document.hasFocus = () => false
    shown = []
    Notification = class extends EventTarget {
      static permission = 'default'
      static requestPermission = async () => { Notification.permission = 'granted' }
      constructor(title) { super(); shown.push(title) }
    }`)
  return () => page.evaluate('shown')
}

test('many changes are one toast, what is critical stays, and what one did oneself is no news', async () => {
  await using omni2 = await Omni2.start()
  const names = ['one', 'two', 'three', 'four', 'five']
  const servers = await Promise.all(
    names.map((name) => register(omni2, name, { ...stdioDraft(everythingStdio()), check_interval_seconds: 3_600 })),
  )
  for (const { id } of servers) await untilStatus(omni2, id, 'healthy')
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  const told = toasts(dashboard)

  await page.getByRole('checkbox', { name: 'Select one' }).check()
  await page.getByRole('region', { name: 'Selected servers' }).getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('button', { name: 'Disabled 1' }).waitFor()
  const [, ...others] = servers
  await Promise.all(others.map(({ id }) => omni2.api.disableServer({ params: { id } })))
  await told.getByText('4 servers changed').waitFor()
  await told.getByText('4 disabled').waitFor()
  expect(await told.getByRole('group').count()).toBe(1)
  await dashboard.screenshots('toast-many')

  await omni2.api.setBreakerConfig({ body: { failure_threshold: 1, timeout_seconds: 600 } })
  await register(omni2, 'gone', { url: NOBODY })
  const critical = told.getByRole('alert').filter({ hasText: 'gone: Circuit open' })
  await critical.waitFor()
  await told.getByText('4 servers changed').waitFor({ state: 'detached' })
  expect(await critical.count()).toBe(1)

  await page.getByRole('button', { name: 'What happened, 5 new' }).click()
  const panel = page.getByRole('dialog', { name: 'What happened' })
  await panel.getByRole('listitem').filter({ hasText: 'gone' }).getByText('Calls are stopped').waitFor()
  await critical.waitFor({ state: 'detached' })
  await dashboard.screenshots('event-panel')
  expect(await dashboard.axe()).toEqual([])
  await panel.getByRole('combobox', { name: 'Server' }).click()
  await page.getByRole('option', { name: 'two' }).click()
  await panel.getByRole('listitem').filter({ hasText: 'gone' }).first().waitFor({ state: 'detached' })
  await panel.getByRole('listitem').filter({ hasText: 'Healthy → Disabled' }).waitFor()
  await panel.getByRole('link', { name: 'On a page of its own' }).click()
  await page.waitForURL(/\/events\?server=/)
  await page.getByRole('region', { name: 'Events' }).getByText('Healthy → Disabled').waitFor()
})
