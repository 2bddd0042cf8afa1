import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { check, register, registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

const QUARTER_MINUTE_MS = 15_000

test('checks arrive without anybody asking for them: in two minutes of the page its scripts request nothing', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  await page.clock.install()
  await page.reload()
  await page.getByRole('slider', { name: 'Last checks of child' }).waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.waitForLoadState('networkidle')
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const checks = async () => Number(await page.getByRole('slider').getAttribute('aria-valuemax'))
  const before = await checks()
  for (let round = 1; round <= 8; round++) {
    await check(omni2, id)
    await expect.poll(checks, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + round)
    // Only now: silence of 20 s makes the page probe its line, and the answer needs real time.
    await page.clock.runFor(QUARTER_MINUTE_MS)
  }
  expect(asked).toEqual([])
})

test('what happened while the connection was cut is there once it is back, and is told', async () => {
  await using omni2 = await Omni2.start()
  const kept = await registerHealthy(omni2, 'mail', stdioDraft(everythingStdio()))
  const old = await register(omni2, 'old', { url: 'http://127.0.0.1:1/mcp', enabled: false })
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  let isCut = false
  let cut = () => {}
  await page.routeWebSocket(/\/ws/, (socket) => {
    if (isCut) return void socket.close()
    const server = socket.connectToServer()
    cut = () => {
      isCut = true
      void server.close()
      void socket.close()
    }
  })
  await page.reload()
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })
  await row('mail').getByText('Healthy').waitFor()

  cut()
  await page.getByText('Stale', { exact: true }).waitFor()
  await omni2.api.disableServer({ params: { id: kept.id } })
  await omni2.api.deleteServer({ params: { id: old.id } })
  await register(omni2, 'late', { url: 'http://127.0.0.1:1/mcp', enabled: false })
  expect(await row('mail').getByText('Healthy').count()).toBe(1)

  isCut = false
  await page.getByText('Live', { exact: true }).waitFor()
  await row('mail').getByText('Disabled', { exact: true }).waitFor()
  await row('late').waitFor()
  await row('old').waitFor({ state: 'detached' })
  const toasts = page.getByRole('region', { name: 'Notifications' })
  await toasts.getByText('mail: Disabled').waitFor()
  expect(await toasts.getByText('mail: Disabled').count()).toBe(1)
})
