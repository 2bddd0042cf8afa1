import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { registerHealthy, stdioDraft, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { everythingStdio } from '../support/real-servers.ts'

const KINDS = createRequire(import.meta.url).resolve('../fixtures/tool-kinds.ts')
const toolKinds = () => stdioDraft({ command: process.execPath, args: [KINDS], env: {} })

/** The page of one tool, and what people look at there. */
async function openTool(omni2: Omni2, id: number, tool: string, options: { token?: string; expected?: RegExp } = {}) {
  const dashboard = await DashboardPage.open(omni2, { path: `/mcps/${id}/tools?tool=${tool}`, ...options })
  const { page } = dashboard
  return {
    dashboard,
    page,
    run: page.getByRole('button', { name: 'Run', exact: true }),
    result: page.getByRole('region', { name: 'Result' }),
    field: (name: string) => page.getByRole('textbox', { name, exact: true }),
    as: (view: 'Form' | 'JSON') => page.getByRole('radiogroup', { name: 'Write them as' }).getByText(view).click(),
    json: page.getByRole('textbox', { name: 'Arguments as JSON' }),
    write: async (json: string) => {
      await page.getByRole('textbox', { name: 'Arguments as JSON' }).press('Control+A')
      await page.keyboard.type(json)
    },
    choose: async (name: string) => {
      await page.getByRole('navigation', { name: 'Tools' }).getByRole('link', { name, exact: true }).click()
      await page.getByRole('article', { name }).waitFor()
    },
  }
}

test('a tool is run from a form: what is missing is said, and then what it answers', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  const { dashboard, page, run, result, field } = await openTool(omni2, id, 'get-sum')
  await using _ = dashboard
  await page.getByText('a is required; b is required').waitFor()
  expect(await run.getAttribute('aria-disabled')).toBe('true')
  await field('a').fill('2')
  await field('b').fill('x')
  await page.getByText('b must be number').first().waitFor()
  await field('b').fill('40')
  await run.click()
  await result.getByText('The sum of 2 and 40 is 42.').waitFor()
  await page.getByRole('region', { name: 'Earlier runs' }).getByText('{"a":2,"b":40}').waitFor()
  await dashboard.screenshots('tools')
  expect(await dashboard.axe()).toEqual([])

  await page.reload()
  await page.getByRole('button', { name: 'Use again' }).click()
  expect(await field('b').inputValue()).toBe('40')
  await field('b').press('Control+Enter')
  await result.getByText('The sum of 2 and 40 is 42.').waitFor()
})

test('form and JSON show the same arguments, of every shape', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result, field, as, json, write } = await openTool(omni2, id, 'shapes')
  await using _ = dashboard
  await field('query').fill('cats')
  await page.getByRole('combobox', { name: 'order' }).click()
  await page.getByRole('option', { name: 'oldest' }).click()
  await page.getByRole('radiogroup', { name: 'exact' }).getByText('false').click()
  await page.getByRole('button', { name: 'Add item to tags' }).click()
  await field('tags 1').fill('a')
  await page.getByRole('button', { name: 'Add item to tags' }).click()
  await field('tags 2').fill('b')
  await page.getByRole('button', { name: 'Move item 2 up' }).click()
  await page.getByRole('combobox', { name: 'area' }).click()
  await page.getByRole('option', { name: 'kind: box' }).click()
  await field('width').fill('3')
  await field('name').fill('Ada')
  await page.getByLabel('api_key').fill('hush')
  await page.getByRole('button', { name: 'Add entry' }).click()
  await field('Name').fill('team')
  await field('Name').blur()
  await field('team').fill('red')
  await field('extra').fill('[1, {"a": null}]')
  await dashboard.screenshots('tools-form')
  expect(await dashboard.axe()).toEqual([])
  await run.click()
  await result.getByText('Done').waitFor()
  const sent = {
    query: 'cats',
    limit: 10,
    order: 'oldest',
    exact: false,
    tags: ['b', 'a'],
    area: { kind: 'box', width: 3 },
    owner: { name: 'Ada' },
    api_key: 'hush',
    labels: { team: 'red' },
    extra: [1, { a: null }],
  }
  await result.getByRole('button', { name: 'Show as text' }).click()
  expect(JSON.parse((await result.locator('pre').innerText()).trim())).toEqual(sent)

  await as('JSON')
  await json.waitFor()
  expect(JSON.parse(await json.innerText())).toEqual(sent)
  await write('{"query": "dogs", "limit": 500')
  await page.getByText(/This is not JSON yet/).waitFor()
  await as('Form')
  await page.getByText(/Mend it under JSON/).waitFor()
  await as('JSON')
  await write('{"query": "dogs", "limit": 500}')
  await page.getByText('limit 500 is greater than 100').first().waitFor()
  expect(await run.getAttribute('aria-disabled')).toBe('true')
  await dashboard.screenshots('tools-json')
  expect(await dashboard.axe()).toEqual([])
  await as('Form')
  expect(await field('query').inputValue()).toBe('dogs')
  expect(await field('tags 1').count()).toBe(0)
})

test('a secret in the arguments is remembered as long as the tab, and no run after signing out', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result, field } = await openTool(omni2, id, 'shapes', {
    expected: /status of 401/,
  })
  await using _ = dashboard
  const kept = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage)))
  await field('query').fill('open')
  await run.click()
  await result.getByText('Done').waitFor()
  await page.getByLabel('api_key').fill('hush-hush')
  await run.click()
  await page.getByRole('region', { name: 'Earlier runs' }).getByText('with a secret').waitFor()
  expect(await kept()).toContain('open')
  expect(await kept()).not.toContain('hush-hush')
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('textbox', { name: 'Token' }).waitFor()
  expect(await kept()).not.toContain('open')
  expect(await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))).not.toContain('hush-hush')
})

test('schemas made to hang the page do not, and what is not checked is said', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result, field, write, choose } = await openTool(omni2, id, 'bomb')
  await using _ = dashboard
  await page.getByText(/too large for a form/).waitFor()
  await write('{"a": {}}')
  await run.click()
  await result.getByText('Done').waitFor()
  await choose('tree')
  await field('name').fill('oak')
  await field('child').fill('{"name": "twig"}')
  await page.getByText('Some of it is left to the server to check').waitFor()
  await choose('slow-pattern')
  await run.click()
  await result.getByText('Done').waitFor()
})

test('what a tool answers is shown by its kind, and nothing of it runs', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result, choose } = await openTool(omni2, id, 'answer')
  await using _ = dashboard
  const answer = async (kind: string) => {
    await page.getByRole('combobox', { name: 'kind' }).click()
    await page.getByRole('option', { name: kind }).click()
    await run.click()
  }
  await answer('image')
  await result.getByRole('img').waitFor()
  await until(
    () => result.locator('img').evaluate((image: { naturalWidth: number }) => image.naturalWidth),
    (width) => width === 64,
  )
  await dashboard.screenshots('tools-image')
  await answer('sound')
  await until(
    () => result.locator('audio').evaluate((audio: { duration: number }) => audio.duration),
    (seconds) => seconds === 1,
  )
  expect(await dashboard.axe()).toEqual([])
  await answer('document')
  await result.getByText(/not of a kind that is shown here/).waitFor()
  await answer('link')
  await result.getByText('javascript:document.title=5').waitFor()
  expect(await result.getByRole('link').count()).toBe(0)
  await answer('embedded')
  await result.getByText('file:///notes.md').waitFor()
  expect(await page.title()).toMatch(/ - Omni2$/)

  await choose('nothing')
  await page.getByText('It takes none.').waitFor()
  await run.click()
  await result.getByText('Empty result').waitFor()
  await choose('fail')
  await run.click()
  await result.getByText('Error of the tool').waitFor()
  await result.getByText(/The server itself is fine/).waitFor()
  await dashboard.screenshots('tools-error')
  await choose('refuse')
  await run.click()
  await result.getByText('Refused by the server').waitFor()
})

test('a tool that may destroy asks first, and once is enough if that is said', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result, choose } = await openTool(omni2, id, 'delete-all')
  await using _ = dashboard
  const question = page.getByRole('dialog', { name: 'Run delete-all?' })
  await run.click()
  await question.getByText(/says that this tool may change or delete/).waitFor()
  await dashboard.screenshots('tools-ask')
  expect(await dashboard.axe()).toEqual([])
  await question.getByRole('button', { name: 'Cancel' }).click()
  await question.waitFor({ state: 'detached' })
  expect(await result.getByText('Done').count()).toBe(0)
  await run.click()
  await question.getByRole('checkbox').check()
  await question.getByRole('button', { name: 'Run it' }).click()
  await result.getByText('Done').waitFor()
  await run.click()
  await until(
    () => page.getByRole('button', { name: 'Use again' }).count(),
    (count) => count === 2,
  )
  await choose('unsaid')
  await run.click()
  await page.getByText(/does not say that this tool only reads/).waitFor()
})

test('a call that takes too long is cancelled, and the server hears of it', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result } = await openTool(omni2, id, 'wait')
  await using _ = dashboard
  await run.click()
  await result.getByText('Running').waitFor()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await result.getByText('Cancelled').waitFor()
  await until(
    async () => (await omni2.api.getStderr({ params: { id } })).stderr ?? '',
    (text) => text.includes('the call was cancelled'),
  )
})

test('a long run shows how far it is, and then both messages and where the time went', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  const { dashboard, page, run, result, field } = await openTool(omni2, id, 'trigger-long-running-operation')
  await using _ = dashboard
  await field('duration').fill('8')
  await field('steps').fill('4')
  await run.click()
  await result.getByText('2 of 4').waitFor()
  expect(await result.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('50')
  await dashboard.screenshots('tools-running')
  await result.getByText('Done').waitFor()
  await result.getByRole('radiogroup', { name: 'Show' }).getByText('Raw').click()
  await result.getByRole('region', { name: 'request' }).getByText('"tools/call"').waitFor()
  await result.getByText('As this browser saw it').waitFor()
  await dashboard.screenshots('tools-raw')
  expect(await dashboard.axe()).toEqual([])
  await page.getByText('Kept in this browser').waitFor()
})

test('a run goes on while one looks at something else, and its end is told there', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'child', stdioDraft(everythingStdio()))
  const { dashboard, page, run, result, field, choose } = await openTool(omni2, id, 'trigger-long-running-operation')
  await using _ = dashboard
  await field('duration').fill('6')
  await field('steps').fill('3')
  await run.click()
  await result.getByText('1 of 3').waitFor()
  await choose('echo')
  expect(await result.getByText('Running').count()).toBe(0)
  await choose('trigger-long-running-operation')
  await result.getByText('Running').waitFor()
  expect(await field('steps').inputValue()).toBe('3')
  await page.getByRole('link', { name: 'Log', exact: true }).click()
  const told = page.getByRole('alert').filter({ hasText: 'trigger-long-running-operation of child: Done' })
  await told.waitFor()
  await told.getByRole('link', { name: 'Look at it' }).click()
  await result.getByText(/Long running operation completed/).waitFor()
  expect(await page.getByRole('region', { name: 'Earlier runs' }).getByRole('listitem').count()).toBe(1)
})

test('who signs out leaves no run behind, neither here nor at the server', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result } = await openTool(omni2, id, 'wait', { expected: /401/ })
  await using _ = dashboard
  await run.click()
  await result.getByText('Running').waitFor()
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('textbox', { name: 'Token' }).fill(omni2.adminToken)
  await until(
    async () => (await omni2.api.getStderr({ params: { id } })).stderr ?? '',
    (text) => text.includes('the call was cancelled'),
  )
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'kinds' }).click()
  await page.getByRole('link', { name: 'Tools', exact: true }).click()
  await page.getByRole('navigation', { name: 'Tools' }).getByRole('link', { name: 'wait', exact: true }).click()
  await result.getByText('What the tool answers is shown here.').waitFor()
  expect(await page.getByRole('region', { name: 'Earlier runs' }).count()).toBe(0)
})

test('structured content is compared with what the tool promised', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page, run, result } = await openTool(omni2, id, 'measure')
  await using _ = dashboard
  await run.click()
  await result.getByText('It is as the output schema of the tool says.').waitFor()
  await page.getByRole('radiogroup', { name: 'fits' }).getByText('false').click()
  await run.click()
  await result.getByText(/It is not as the output schema of the tool says/).waitFor()
  await result.getByText('/celsius').waitFor()
  await dashboard.screenshots('tools-verdict')
  expect(await dashboard.axe()).toEqual([])
})

test('a viewer sees why nothing can be run, and a tool that is gone is said to be', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { token } = await omni2.api.createToken({ body: { name: 'eyes', role: 'viewer' } })
  const { dashboard, page, run } = await openTool(omni2, id, 'nothing', { token })
  await using _ = dashboard
  await page.getByText('Your role, viewer, may not run tools; operator and admin may.').waitFor()
  expect(await run.getAttribute('aria-disabled')).toBe('true')
  await page.goto(`/mcps/${id}/tools?tool=gone`)
  await page.getByRole('heading', { name: 'There is no such tool' }).waitFor()
})

test('a tool of a server that was disabled meanwhile says so', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await registerHealthy(omni2, 'kinds', toolKinds())
  const { dashboard, page } = await openTool(omni2, id, 'nothing')
  await using _ = dashboard
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor()
  await omni2.api.disableServer({ params: { id } })
  await page.getByText('kinds is disabled. Enable it to run its tools.').waitFor()
})
