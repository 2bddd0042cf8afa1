import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { hostileServer, legacyServer } from '../support/fixture-servers.ts'
import { register, registerHealthy, stdioDraft, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { pageTasks } from '../support/page-tasks.ts'
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

  // Both at once, for long enough to be seen; each answer is told, with its stages.
  await flaky.behave({ delayMs: 2_000 })
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

test('what one looks for lies in the URL, and keys alone lead to a server', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'mail', { ...stdioDraft(everythingStdio()), description: 'Sends post' })
  for (const name of ['docs', 'maps']) {
    await register(omni2, name, { url: NOBODY, enabled: false })
  }
  await using dashboard = await DashboardPage.open(omni2, {
    path: '/?status=healthy,disabled&sort=-name&hide=protocol',
  })
  const { page } = dashboard
  const names = () => page.locator('tbody th[scope=row] a').allInnerTexts()
  await page.getByRole('link', { name: 'mail' }).waitFor()
  expect(await names()).toEqual(['maps', 'mail', 'docs'])
  expect(await page.getByRole('columnheader', { name: 'Protocol' }).count()).toBe(0)

  await page.getByRole('button', { name: 'Healthy 1' }).click()
  await page.getByRole('link', { name: 'mail' }).waitFor({ state: 'detached' })
  expect(new URL(page.url()).searchParams.get('status')).toBe('disabled')
  await page.getByRole('button', { name: 'Disabled 2' }).click()
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  expect(await names()).toEqual(['docs', 'mail', 'maps'])
  await page.getByRole('button', { name: 'Group by status' }).click()
  await page.getByRole('rowheader', { name: 'Disabled', exact: true }).waitFor()
  expect(await names()).toEqual(['mail', 'docs', 'maps'])
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Tools' }).click()
  await page.getByRole('columnheader', { name: 'Tools' }).waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  const found = Object.fromEntries(new URL(page.url()).searchParams)
  expect(found).toEqual({ group: 'status', hide: 'protocol,tools' })

  await page.keyboard.press('/')
  await page.keyboard.type('POST')
  await page.getByText('1 of 3').waitFor()
  expect(await names()).toEqual(['mail'])
  await page.reload()
  await page.getByText('1 of 3').waitFor()
  await page.keyboard.press('/')
  for (let left = 4; left > 0; left--) await page.keyboard.press('Backspace')
  await page.getByText('3 servers').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  const focused = () => page.evaluate('document.activeElement.textContent')
  expect(await focused()).toBe('docs')
  await page.keyboard.press('ArrowUp')
  expect(await focused()).toBe('mail')
  await page.keyboard.press('r')
  await page.getByRole('alert').filter({ hasText: 'mail: answered' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/mcps/${id}`)
  await page.getByRole('heading', { name: 'mail' }).waitFor()

  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('textbox').waitFor()
  await page.keyboard.type('map')
  await page.getByRole('button', { name: 'maps Disabled' }).waitFor()
  await dashboard.screenshots('palette')
  expect(await dashboard.axe()).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'maps' }).waitFor()
})

test('whatever is typed arrives: before the palette is loaded, and in the middle of what one looks for', async () => {
  await using omni2 = await Omni2.start()
  await register(omni2, 'rarely-used', { url: NOBODY, enabled: false })
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  const link = page.getByRole('link', { name: 'rarely-used' })
  await link.focus()
  let load = () => {}
  const isLate = new Promise<void>((resolve) => {
    load = resolve
  })
  await page.route(/\/Palette-.*\.js$/, (route) => isLate.then(() => route.continue()))
  await page.keyboard.press('Control+k')
  await page.keyboard.type('rareX')
  await page.keyboard.press('Backspace')
  load()
  const field = page.getByRole('dialog').getByRole('textbox')
  await field.and(page.locator(':focus')).waitFor()
  await page.keyboard.type('ly')
  expect(await field.inputValue()).toBe('rarely')
  await page.keyboard.press('Escape')
  await field.waitFor({ state: 'detached' })
  await page.keyboard.press('Control+k')
  await page.keyboard.type('used')
  await page.getByRole('button', { name: 'rarely-used Disabled' }).waitFor()
  expect(await field.inputValue()).toBe('used')
  await page.keyboard.press('Escape')
  await field.waitFor({ state: 'detached' })

  await page.keyboard.press('/')
  await page.keyboard.type('usd')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.type('e')
  expect(await page.getByRole('searchbox').inputValue()).toBe('used')
  await page.keyboard.press('Home')
  await page.keyboard.type('rarely-')
  expect(await page.getByRole('searchbox').inputValue()).toBe('rarely-used')
  await page.waitForURL('**/?q=rarely-used')
  await link.waitFor()
})

test('many are checked, disabled and enabled again, and deleted, each after one question', async () => {
  await using omni2 = await Omni2.start()
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  await page.getByRole('heading', { name: 'No servers yet' }).waitFor()
  await dashboard.screenshots('servers-none')
  expect(await dashboard.axe()).toEqual([])
  await page.getByRole('link', { name: 'Import' }).click()
  await page.waitForURL('**/import')
  await page.goBack()

  for (const name of ['one', 'two', 'three']) await registerHealthy(omni2, name, stdioDraft(everythingStdio()))
  const bar = page.getByRole('region', { name: 'Selected servers' })
  await page.getByRole('checkbox', { name: 'Select one' }).check()
  await page.getByRole('checkbox', { name: 'Select two' }).check()
  await bar.getByText('2 servers selected').waitFor()
  await bar.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Checked 2 servers: 2 healthy').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('button', { name: 'Check all servers' }).click()
  await page.getByText('Checked 3 servers: 3 healthy').waitFor()

  await bar.getByRole('button', { name: 'Disable' }).click()
  const asked = page.getByRole('dialog', { name: 'Disable 2 servers?' })
  await asked.getByText(/take no calls/).waitFor()
  await dashboard.screenshots('servers-disable')
  expect(await dashboard.axe()).toEqual([])
  await asked.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('button', { name: 'Disabled 2' }).waitFor()
  await page.getByRole('button', { name: 'Enable again' }).click()
  await page.getByRole('button', { name: 'Healthy 3' }).waitFor()

  await bar.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog', { name: 'Delete 2 servers?' }).getByRole('button', { name: 'Delete' }).click()
  await page.getByText('1 server', { exact: true }).waitFor()
  expect((await omni2.api.listServers()).servers.map(({ name }) => name)).toEqual(['three'])
})

test('what servers say of themselves is text, and never markup', async () => {
  await using omni2 = await Omni2.start()
  const payload = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
  await using hostile = await hostileServer()
  await register(omni2, 'hostile', { url: hostile.url, description: payload })
  await using dashboard = await DashboardPage.open(omni2, { path: `/?q=${encodeURIComponent('<img')}` })
  const { page } = dashboard
  await page.getByText(payload).waitFor()
  expect(await page.locator('main img, main script').count()).toBe(0)
  expect(await page.title()).toMatch(/ - Omni2$/)
})

/** Three times the goal: of processor time, which a busy machine stretches too. */
const LONGEST_TASK_MS = 150

test('a thousand servers that change all the time can be scrolled, in at most a hundred rows', async () => {
  await using omni2 = await Omni2.start()
  const mcpServers = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [`server-${index}`, { type: 'http', url: NOBODY }]),
  )
  await omni2.api.importServers({ body: { config: { mcpServers } } })
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  await page.getByText('1000 servers').waitFor()
  await page.getByRole('link', { name: 'server-0', exact: true }).waitFor()
  await page.getByRole('row').nth(5).hover()
  let mostRows = 0
  const tasks = await pageTasks(page, async () => {
    for (let step = 0; step < 40; step++) {
      await page.mouse.wheel(0, 1_200)
      mostRows = Math.max(mostRows, await page.getByRole('row').count())
    }
    await page.getByRole('link', { name: 'server-999', exact: true }).waitFor()
    await page.getByText('Disconnected', { exact: true }).nth(5).waitFor()
  })
  expect(mostRows).toBeGreaterThan(15)
  expect(mostRows).toBeLessThanOrEqual(100)
  process.stdout.write(`Longest tasks: ${tasks.slice(0, 8).map(Math.round).join(', ')} ms\n`)
  expect(tasks.length).toBeGreaterThan(100)
  expect(tasks[0]).toBeLessThan(LONGEST_TASK_MS)
  await dashboard.screenshots('servers-thousand')
})
