import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { legacyServer } from '../support/fixture-servers.ts'
import { register, registerHealthy, stdioDraft, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingHttp, everythingStdio } from '../support/real-servers.ts'

const NOBODY = 'http://127.0.0.1:1/mcp'

test('the refresh button does what it says in each status, and where it may not be pressed something else helps', async () => {
  await using omni2 = await Omni2.start()
  await using good = await everythingHttp()
  await using flaky = await legacyServer()
  await using tripped = await everythingHttp()
  const slowly = { check_interval_seconds: 3_600 }
  const healthy = await registerHealthy(omni2, 'good', { url: good.url, ...slowly })
  const sick = await registerHealthy(omni2, 'sick', { url: flaky.url, ...slowly })
  const off = await registerHealthy(omni2, 'off', stdioDraft(everythingStdio()))
  await omni2.api.disableServer({ params: { id: off.id } })
  const gone = await register(omni2, 'gone', { url: NOBODY, check_interval_seconds: 60 })
  for (const { id } of [sick, gone]) {
    await omni2.api.setBreakerOverride({ params: { id }, body: { failure_threshold: 50 } })
  }
  await untilStatus(omni2, gone.id, 'disconnected')
  const open = await registerHealthy(omni2, 'open', { url: tripped.url, ...slowly })
  await tripped.kill()
  await omni2.api.setBreakerOverride({ params: { id: open.id }, body: { failure_threshold: 1, timeout_seconds: 300 } })
  await omni2.api.triggerHealthCheck({ params: { id: open.id } })
  await untilStatus(omni2, open.id, 'circuit_open')
  await flaky.behave({ refuse: { status: 500, retryAfter: null } })
  await until(
    () => omni2.api.triggerHealthCheck({ params: { id: sick.id } }),
    ({ health_status }) => health_status === 'unhealthy',
  )

  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })
  const button = (name: string, label: string) =>
    row(name).getByRole('button', { name: `${label}: ${name}`, exact: true })
  await button('good', 'Reload server').waitFor()
  expect(await page.getByRole('button', { name: /^\w+( \w+)? 1$/ }).count()).toBe(5)
  await dashboard.screenshots('servers-statuses')
  expect(await dashboard.axe()).toEqual([])

  for (const [name, tooltip, wayOut] of [
    ['gone', 'MCP disconnected, retrying...', 'Try now'],
    ['open', 'Circuit breaker open', 'Reset breaker'],
    ['off', 'Manually disabled', 'Enable'],
  ] as const) {
    const refresh = button(name, tooltip)
    expect(await refresh.getAttribute('aria-disabled')).toBe('true')
    await refresh.hover()
    await page.getByRole('tooltip', { name: tooltip }).waitFor()
    await button(name, wayOut).waitFor()
  }
  const logs = async (id: number) => (await omni2.api.listHealthLogs({ params: { id } })).logs
  await button('off', 'Manually disabled').click({ force: true })

  // Both at once; each answer is told, with its stages.
  await flaky.behave({ delayMs: 300 })
  await button('sick', 'Retry connection').click()
  await button('good', 'Reload server').click()
  await button('sick', 'Checking now').waitFor()
  for (const name of ['good', 'sick']) {
    const told = page.getByRole('alert').filter({ hasText: `${name}: ` })
    await told.getByRole('list', { name: 'Stages' }).waitFor()
  }
  expect((await logs(healthy.id)).some(({ trigger }) => trigger === 'reload')).toBe(true)
  expect((await logs(sick.id)).some(({ trigger }) => trigger === 'manual')).toBe(true)
  expect((await logs(off.id)).every(({ trigger }) => trigger === 'scheduled')).toBe(true)

  await button('gone', 'Try now').click()
  await page.getByRole('alert').filter({ hasText: 'gone: disconnected' }).waitFor()
  await tripped.start()
  await button('open', 'Reset breaker').click()
  await row('open').getByText('Healthy').waitFor()
  await button('off', 'Enable').click()
  await row('off').getByText('Healthy').waitFor()
})
