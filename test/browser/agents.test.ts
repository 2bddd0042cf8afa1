import { expect, test } from 'vitest'
import { DashboardPage } from '../support/browser.ts'
import { legacyServer } from '../support/fixture-servers.ts'
import { registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

test('an admin makes a collection, chooses its tools, and connects an agent to it', async () => {
  await using omni2 = await Omni2.start()
  await using upstream = await legacyServer()
  await upstream.behave({ tools: ['search', 'delete_everything'] })
  await registerHealthy(omni2, 'github', { url: upstream.url })
  await registerHealthy(omni2, 'jira', { url: upstream.url })
  // A name that does not fit is refused; the browser tells of it in its console.
  await using dashboard = await DashboardPage.open(omni2, { path: '/agents', expected: /422/ })
  const { page } = dashboard
  await page.getByText('No collections yet').waitFor()
  await page.getByRole('link', { name: 'New collection' }).click()
  await page.getByLabel('Name').fill('readers')
  for (const name of ['github', 'jira']) {
    await page.getByRole('combobox', { name: 'Add a server' }).click()
    await page.getByRole('option', { name }).click()
  }
  const github = page.getByRole('region', { name: 'github' })
  await github.getByRole('switch', { name: 'delete_everything' }).uncheck()
  await github.getByRole('button', { name: 'Rename or describe search' }).click()
  await github.getByLabel('Name of search for agents').fill('bad name')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').filter({ hasText: 'A name given to a tool is made of' }).waitFor()
  await github.getByLabel('Name of search for agents').fill('find')
  await github.getByLabel('Description of search for agents').fill('Finds our issues')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Agents reach it at /collections/readers/mcp').waitFor()
  const [made] = (await omni2.api.listCollections()).collections
  expect(made).toMatchObject({
    tool_count: 3,
    servers: [
      {
        server_name: 'github',
        tools: [
          { tool: 'delete_everything', on: false },
          { tool: 'search', on: true, name: 'find', description: 'Finds our issues' },
        ],
      },
      { server_name: 'jira', tools: [], other_tools: true },
    ],
  })
  await page.getByText('readers saved').waitFor({ state: 'detached' })
  await dashboard.screenshots('collection')
  expect(await dashboard.axe()).toEqual([])

  await page.getByRole('link', { name: 'All collections' }).click()
  await page.getByRole('row', { name: /readers/ }).waitFor()
  await page.getByRole('combobox', { name: 'Program' }).click()
  await page.getByRole('option', { name: 'Cursor' }).click()
  await page.getByRole('combobox', { name: 'What it reaches' }).click()
  await page.getByRole('option', { name: 'readers' }).click()
  await page.getByText(`"url": "${omni2.url}/collections/readers/mcp"`).waitFor()
  await dashboard.screenshots('agents')
  expect(await dashboard.axe()).toEqual([])
  await page.getByRole('button', { name: 'Make a token for it' }).click()
  await page.getByText(/"Authorization": "Bearer omni2_agent_/).waitFor()
  const { tokens } = await omni2.api.listTokens()
  expect(tokens.at(-1)).toMatchObject({ role: 'agent', limit: { servers: [], collections: [{ name: 'readers' }] } })
  expect(new URL(page.url()).searchParams.get('collection')).toBe('readers')

  await omni2.api.deleteServer({ params: { id: made?.servers[1]?.server_id ?? 0 } })
  await page.getByRole('row', { name: /readers.*jira/ }).waitFor()
  await page.getByRole('link', { name: 'readers' }).click()
  await page.getByText('This server was removed.').waitFor()
  await dashboard.screenshots('collection-missing')
  expect(await dashboard.axe()).toEqual([])
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  const asked = page.getByRole('dialog', { name: 'Delete readers?' })
  await asked.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('No collections yet').waitFor()
  expect((await omni2.api.listCollections()).collections).toEqual([])
})

test('two who change a collection at once are told, and neither is overwritten unasked', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await omni2.api.createCollection({ body: { name: 'shared' } })
  // The refusal is what this is about; the browser tells of it in its console.
  await using dashboard = await DashboardPage.open(omni2, { path: `/collections/${id}`, expected: /412/ })
  const { page } = dashboard
  await page.getByLabel('Description').fill('mine')
  await omni2.api.updateCollection({ params: { id }, body: { description: 'theirs' } })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Somebody else changed it meanwhile.').waitFor()
  expect((await omni2.api.getCollection({ params: { id } })).description).toBe('theirs')
  await page.getByRole('button', { name: 'Save mine over it' }).click()
  await page.getByText('shared saved').first().waitFor()
  expect((await omni2.api.getCollection({ params: { id } })).description).toBe('mine')
})

test('a viewer sees how to connect, and changes nothing', async () => {
  await using omni2 = await Omni2.start()
  const { id } = await omni2.api.createCollection({ body: { name: 'shared' } })
  const { token } = await omni2.api.createToken({ body: { name: 'onlooker', role: 'viewer' } })
  await using dashboard = await DashboardPage.open(omni2, { path: '/agents?client=codex', token })
  const { page } = dashboard
  await page.getByText('bearer_token_env_var = "OMNI2_TOKEN"').waitFor()
  expect(await page.getByRole('button', { name: 'Make a token for it' }).count()).toBe(0)
  expect(await page.getByRole('link', { name: 'New collection' }).count()).toBe(0)
  await page.goto(`/collections/${id}`)
  await page.getByText('Only an admin may change it.').waitFor()
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
  expect(await dashboard.axe()).toEqual([])
})
