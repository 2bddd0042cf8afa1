import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { register, registerHealthy, stdioDraft, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { aTool, type Exchange, rawServer } from '../support/raw-server.ts'
import { everythingStdio } from '../support/real-servers.ts'

const PAYLOAD = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

/** Says it wherever a server may say something. */
function hostile({ message, result, honest }: Exchange): void {
  const capabilities = { tools: {}, prompts: {}, resources: {} }
  const serverInfo = { name: PAYLOAD, version: PAYLOAD }
  const described = { description: PAYLOAD, title: PAYLOAD }
  if (message.method === 'initialize') result({ protocolVersion: '2025-06-18', capabilities, serverInfo })
  else if (message.method === 'tools/list') result({ tools: [aTool('echo', described)] })
  else if (message.method === 'tools/call') result({ content: [{ type: 'text', text: PAYLOAD }] })
  else if (message.method === 'prompts/list') result({ prompts: [{ name: PAYLOAD, ...described }] })
  else if (message.method === 'resources/list')
    result({ resources: [{ name: PAYLOAD, uri: 'file:///x', ...described }] })
  else honest()
}

const failing = ({ json, message }: Exchange) =>
  json(500, { jsonrpc: '2.0', id: message.id, error: { code: -32000, message: PAYLOAD } })

test('whatever a server says of itself is shown as text, on every page', async () => {
  await using omni2 = await Omni2.start()
  await using server = await rawServer(hostile)
  const { id } = await registerHealthy(omni2, 'odd', { url: server.url, description: PAYLOAD })
  const script = `process.stderr.write(${JSON.stringify(PAYLOAD)})`
  const child = await register(omni2, 'child', { protocol: 'stdio', command: process.execPath, args: ['-e', script] })
  await untilStatus(omni2, child.id, 'disconnected')
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  const shownAsText = async (path: string, at: number) => {
    await page.goto(path)
    await page.getByText(PAYLOAD).first().waitFor()
    expect([path, await page.locator('img, main script').count()]).toEqual([path, 0])
    expect([path, await page.getByText(PAYLOAD).count()]).toEqual([path, expect.toSatisfy((count) => count >= at)])
  }
  await shownAsText('/', 1)
  await shownAsText(`/mcps/${id}`, 2)
  await shownAsText(`/mcps/${id}/capabilities`, 3)
  await page.goto(`/mcps/${id}/edit`)
  expect(await page.getByLabel('Description').inputValue()).toBe(PAYLOAD)
  expect(await page.locator('img, main script').count()).toBe(0)
  await shownAsText(`/mcps/${id}/tools?tool=echo`, 1)
  const told = await page.getByText(PAYLOAD).count()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('button', { name: 'Run it' }).click()
  await expect.poll(() => page.getByText(PAYLOAD).count(), { timeout: 30_000 }).toBeGreaterThan(told)
  expect(await page.locator('img, main script').count()).toBe(0)
  await shownAsText(`/mcps/${child.id}/stderr`, 1)
  server.answer = failing
  await omni2.api.triggerHealthCheck({ params: { id } })
  await page.goto(`/mcps/${id}/log`)
  await page.getByRole('row', { name: /manual/ }).waitFor()
  expect(await page.locator('img, main script').count()).toBe(0)
  await page.goto('/events')
  await page.getByText('odd', { exact: true }).first().waitFor()
  expect(await page.locator('img, main script').count()).toBe(0)
  expect(await page.title()).toMatch(/ - Omni2$/)
})

test('a viewer may look, an operator act, and only an admin change what there is', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  const may = async (role: 'viewer' | 'operator' | 'admin') => {
    const { token } = await omni2.api.createToken({ body: { name: role, role } })
    await using dashboard = await DashboardPage.open(omni2, { token })
    const { page } = dashboard
    await page.getByRole('row', { name: /child/ }).waitFor()
    const refresh = page.getByRole('button', { name: /: child$/ })
    const list = [
      await refresh.getAttribute('aria-label'),
      await refresh.getAttribute('aria-disabled'),
      await page.getByRole('link', { name: 'Add server' }).count(),
    ]
    await page.goto(`/mcps/${id}`)
    await page.getByText(/^Up for/).waitFor()
    await dashboard.screenshots(`server-as-${role}`)
    expect(await dashboard.axe()).toEqual([])
    const buttons = ['Check now', 'Disable', 'More actions', 'Settings of its own']
    const counts = await Promise.all(buttons.map((name) => page.getByRole('button', { name }).count()))
    await page.goto(`/mcps/${id}/edit`)
    await page
      .getByText('Only an admin may change a server.')
      .or(page.getByRole('button', { name: 'Save' }))
      .waitFor()
    return [...list, ...counts, await page.getByRole('button', { name: 'Save' }).count()]
  }
  expect(await may('viewer')).toEqual(['Needs the role operator: child', 'true', 0, 0, 0, 0, 0, 0])
  expect(await may('operator')).toEqual(['Reload server: child', 'false', 0, 1, 1, 0, 0, 0])
  expect(await may('admin')).toEqual(['Reload server: child', 'false', 1, 1, 1, 1, 1, 1])
})

test('keys alone disable a server, and no page is wider than a phone', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  await using dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}` })
  const { page } = dashboard
  await page.getByText(/^Up for/).waitFor()
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate('document.activeElement.textContent')) === name) return
    }
    throw new Error(`Tab never came to ${name}`)
  }
  await tabTo('Disable')
  await page.keyboard.press('Enter')
  const asked = page.getByRole('dialog', { name: 'Disable child?' })
  await asked.waitFor()
  await page.keyboard.press('Escape')
  await asked.waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await asked.waitFor()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await page.getByText(/^Disabled by a person/).waitFor()

  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of [
    '/',
    '/?group=status',
    ...['', '/tools', '/tools?tool=echo', '/log', '/capabilities', '/stderr', '/edit'].map(
      (tab) => `/mcps/${id}${tab}`,
    ),
    ...['/calls', '/events', '/agents', '/collections/new', '/settings', '/add', '/import'],
  ]) {
    await page.goto(path)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.waitForLoadState('networkidle')
    const widest = await page.evaluate(
      'Math.max(document.documentElement.scrollWidth, document.querySelector("main").scrollWidth)',
    )
    expect([path, widest]).toEqual([path, 390])
    if (path.startsWith('/?')) await page.getByRole('link', { name: 'child', exact: true }).click({ trial: true })
  }
})
