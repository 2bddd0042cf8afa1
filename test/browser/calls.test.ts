import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { legacyServer } from '../support/fixture-servers.ts'
import { legacyClient } from '../support/gateway-clients.ts'
import { register, registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

/** An agent that uses a server that works, and one that does not. */
async function begin() {
  const omni2 = await Omni2.start()
  const upstream = await legacyServer()
  await upstream.behave({ tools: ['search', 'fetch'] })
  const { id } = await registerHealthy(omni2, 'github', { url: upstream.url })
  const { token } = await omni2.api.createToken({ body: { name: 'my agent', role: 'agent' } })
  const agent = await legacyClient({ url: omni2.url, path: '/mcp', token })
  const end = async () => {
    await agent[Symbol.asyncDispose]()
    await upstream.kill()
    await omni2.stop()
  }
  return { omni2, id, agent, [Symbol.asyncDispose]: end }
}

test('calls come in as they end, are found by what they were, and what they came to is told', async () => {
  await using world = await begin()
  const { omni2, agent, id } = world
  await using dashboard = await DashboardPage.open(omni2, { path: '/calls' })
  const { page } = dashboard
  await page.getByText('No agent called anything in the last 1h').waitFor()
  await dashboard.screenshots('calls-none')
  expect(await dashboard.axe()).toEqual([])

  const table = page.getByRole('region', { name: 'Calls' })
  const row = (name: string) => table.getByRole('row').filter({ hasText: name })
  await agent.call('github__search', { q: 'a' })
  await row('search').getByText('Done').waitFor()
  const asked: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/v1/calls') asked.push(request.url())
  })
  await omni2.api.disableServer({ params: { id } })
  await agent.call('github__fetch', { q: 'b' })
  await row('fetch').getByText('Refused').waitFor()
  expect(asked).toEqual([])
  await page.getByRole('link', { name: 'fetch' }).waitFor()
  await page.getByRole('definition').filter({ hasText: '50%' }).waitFor()
  await dashboard.screenshots('calls')
  expect(await dashboard.axe()).toEqual([])

  await page.getByRole('button', { name: 'Pause' }).click()
  await agent.call('github__search', { q: 'c' })
  await page.getByRole('button', { name: 'Show 1 new' }).click()
  await expect.poll(() => table.getByRole('row').count()).toBe(4)

  await page.getByRole('combobox', { name: 'Outcome' }).click()
  await page.getByRole('option', { name: 'Done' }).click()
  await row('fetch').waitFor({ state: 'detached' })
  await page.reload()
  await row('search').waitFor()
  expect(await table.getByRole('row').count()).toBe(2)
  expect(new URL(page.url()).searchParams.get('outcome')).toBe('["ok"]')

  await page.goto('/calls?view=tools')
  const tools = page.getByRole('region', { name: 'By tool' })
  await tools.getByRole('row', { name: /search github 2 .* 50%/ }).waitFor()
  await dashboard.screenshots('calls-by-tool')
  expect(await dashboard.axe()).toEqual([])
  await page.setViewportSize({ width: 390, height: 844 })
  await tools.getByRole('row', { name: /search github 2 50%/ }).waitFor()
  expect(await dashboard.axe()).toEqual([])
  await page.setViewportSize({ width: 1440, height: 900 })
  await tools.getByRole('link', { name: 'search' }).click()
  await expect.poll(() => table.getByRole('row').count()).toBe(3)

  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'search' }).waitFor()
})

test('sums that could not be had are asked for again, also while the calls are there', async () => {
  await using world = await begin()
  const { omni2, agent } = world
  await agent.call('github__search')
  await expect.poll(async () => (await omni2.api.listCalls()).calls.length).toBe(1)
  await using dashboard = await DashboardPage.open(omni2, { expected: /503/ })
  const { page } = dashboard
  const sums = /\/api\/v1\/calls\/summary/
  await page.route(sums, (route) => route.fulfill({ status: 503 }))
  await page.goto('/calls')
  await page.getByRole('link', { name: 'search' }).waitFor()
  await page.getByText('By tool', { exact: true }).click()
  await page.getByText('Calls could not be loaded').waitFor()
  await page.unroute(sums)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page
    .getByRole('region', { name: 'By tool' })
    .getByRole('row', { name: /search github 1 / })
    .waitFor()
  expect(await page.title()).toBe('Calls - Omni2')
})

test('the story of a call says who, what, how it went, why, and what was said', async () => {
  await using world = await begin()
  const { omni2, agent, id } = world
  await omni2.api.updateServer({ params: { id }, body: { record_payloads: true } })
  await agent.call('github__search', { q: 'needle', password: 'p4ssw0rd' })
  const dead = await register(omni2, 'dead', { url: 'http://127.0.0.1:1/mcp' })
  await using direct = await legacyClient({
    ...{ url: omni2.url, path: '/servers/dead/mcp' },
    token: (await omni2.api.createToken({ body: { name: 'other', role: 'agent' } })).token,
  })
  await direct.call('anything')
  await expect.poll(async () => (await omni2.api.listCalls()).calls.length).toBe(2)
  const [failed, done] = (await omni2.api.listCalls()).calls
  await using dashboard = await DashboardPage.open(omni2, { path: `/calls/${done?.id}`, expected: /404/ })
  const { page } = dashboard
  await page.getByRole('heading', { name: 'search' }).waitFor()
  await page.getByText('The server did what it was asked.').waitFor()
  await page.getByRole('region', { name: 'Arguments' }).getByText('"needle"').waitFor()
  expect(await page.getByRole('article').textContent()).not.toContain('p4ssw0rd')
  await dashboard.screenshots('call')
  expect(await dashboard.axe()).toEqual([])

  await page.goto(`/calls/${failed?.id}`)
  await page.getByText(/Connection refused by 127.0.0.1:1/).waitFor()
  await page.getByText(/counts as a failure towards opening the circuit/).waitFor()
  await dashboard.screenshots('call-failed')
  expect(await dashboard.axe()).toEqual([])
  await page.getByRole('link', { name: 'Switch it on for dead' }).first().click()
  await page.waitForURL(`**/mcps/${dead.id}/edit`)
  await page.getByRole('switch', { name: 'Keep what agents say and get' }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect.poll(async () => (await omni2.api.getServer({ params: { id: dead.id } })).record_payloads).toBe(true)

  await page.goto('/calls/999')
  await page.getByText('There is no such call').waitFor()
})

test('servers tell how often they are called and how often that fails, without being asked', async () => {
  await using world = await begin()
  const { omni2, agent, id } = world
  await using dashboard = await DashboardPage.open(omni2)
  const { page } = dashboard
  const row = page.getByRole('row', { name: /github/ })
  await row.waitFor()
  await agent.call('github__search')
  await row.getByText('0.2').waitFor()
  await row.getByText('0% errors').waitFor()
  await dashboard.screenshots('servers-traffic')
  expect(await dashboard.axe()).toEqual([])
  await page.goto(`/mcps/${id}`)
  await page.getByText('Agents called it once in the last 5 minutes.').waitFor()
})

test('of many calls those in sight are drawn, and more come as one goes down', async () => {
  await using world = await begin()
  const { omni2, agent } = world
  for (let n = 0; n < 250; n++) await agent.call('github__search', { n })
  await expect.poll(async () => (await omni2.api.getCallSummary()).total.calls).toBe(250)
  await using dashboard = await DashboardPage.open(omni2, { path: '/calls' })
  const { page } = dashboard
  const table = page.getByRole('region', { name: 'Calls' })
  await table.getByRole('row').nth(5).waitFor()
  expect(await table.getByRole('row').count()).toBeLessThan(60)
  const size = () => table.getByRole('table').getAttribute('aria-rowcount')
  expect(await size()).toBe('101')
  await expect
    .poll(async () => {
      await table.hover()
      await page.mouse.wheel(0, 10_000)
      return await size()
    })
    .toBe('251')
  await agent.call('github__fetch')
  await page.getByRole('button', { name: 'Show 1 new' }).click()
  await table.getByRole('row', { name: /fetch/ }).waitFor()
})
