import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ImportReport } from '../../src/api/import.ts'
import { hostileServer } from '../support/fixture-servers.ts'
import { mcpJson, NOWHERE, storedServers } from '../support/mcp-json.ts'
import { Omni2 } from '../support/omni2.ts'

const FROM_ENVIRONMENT = 'kept-in-the-environment-only'
const STDIO_SERVER = path.resolve('test/fixtures/mcp-over-stdio.ts')
const Content = z.object({ content: z.array(z.object({ text: z.string() })) })

let omni2: Omni2
beforeAll(async () => {
  const env = { ...NOWHERE, CONTEXT7_KEY: FROM_ENVIRONMENT, TEAM: 'blue', API_KEY: FROM_ENVIRONMENT }
  omni2 = await Omni2.start({ env: { ...env, OMNI2_PUBLIC_URL: 'http://omni2.example', PGPASSWORD: 'pg' } })
})
afterEach(async () => {
  for (const { id } of (await omni2.api.listServers()).servers) await omni2.api.deleteServer({ params: { id } })
})
afterAll(() => omni2?.stop())

const names = async () => (await omni2.api.listServers()).servers.map(({ name }) => name)
const createdBy = ({ entries }: ImportReport) =>
  entries.filter(({ action }) => action === 'create').map(({ proposed_name }) => proposed_name)
const entryOf = (report: ImportReport, name: string) => report.entries.find((entry) => entry.name === name)

describe('an import of what', () => {
  test.each([
    ['Claude Desktop writes', { text: mcpJson('claude-desktop.json') }, ['filesystem', 'Brave-Search', 'linear']],
    ['Cursor writes', { text: mcpJson('cursor.json'), select: ['context7', 'legacy', 'notes'] }, undefined],
    [
      'VS Code writes, with values for its inputs',
      {
        text: mcpJson('vscode.jsonc'),
        select: ['github', 'metrics'],
        inputs: { 'github-token': 'ghp-x', region: 'eu' },
      },
      undefined,
    ],
    [
      'Claude Code keeps in .mcp.json',
      { config: JSON.parse(mcpJson('claude-code.json')), select: ['api', 'asana', 'airtable'] },
      undefined,
    ],
  ])('%s does exactly what its dry run showed', async (_, body, expected) => {
    const { newest } = await newestEvent()
    const plan = await omni2.api.importServers({ body: { ...body, dry_run: true } })
    expect([plan.dry_run, plan.created, await names(), (await newestEvent()).newest]).toEqual([true, 0, [], newest])
    const report = await omni2.api.importServers({ body })
    const wanted = expected ?? body.select
    expect([report.created, createdBy(report), (await names()).sort()]).toEqual([
      wanted.length,
      wanted,
      [...wanted].sort(),
    ])
    const withoutIds = report.entries.map((entry) => ({ ...entry, server_id: null }))
    expect({ ...report, dry_run: true, created: 0, entries: withoutIds }).toEqual(plan)
    for (const entry of report.entries) {
      if (entry.server_id === null) continue
      const server = await omni2.api.getServer({ params: { id: entry.server_id } })
      expect([server.name, server.protocol, server.enabled]).toEqual([
        entry.proposed_name,
        entry.protocol,
        entry.enabled,
      ])
    }
  })

  test('people wrote warns of each key nobody reads', async () => {
    const desktop = await omni2.api.importServers({ body: { text: mcpJson('claude-desktop.json'), dry_run: true } })
    expect(desktop.warnings).toEqual([{ path: 'globalShortcut', message: 'This key is not used' }])
    const cursor = await omni2.api.importServers({ body: { text: mcpJson('cursor.json'), dry_run: true } })
    expect(entryOf(cursor, 'postgres')?.warnings.map((warning) => warning.path)).toEqual(['envFile', 'env.NOTHING'])
    const code = await omni2.api.importServers({ body: { text: mcpJson('vscode.jsonc'), dry_run: true } })
    expect(entryOf(code, 'metrics')?.warnings.map((warning) => warning.path)).toContain('cwd')
  })
})

async function newestEvent(): Promise<{ newest: number }> {
  const { events } = await omni2.api.listEvents({ query: { limit: 1_000 } })
  return { newest: events.at(-1)?.seq ?? 0 }
}

test('one entry that cannot be registered keeps all of them out, and says why', async () => {
  const report = await omni2.api.importServers({ body: { text: mcpJson('cursor.json') } })
  expect([report.created, await names()]).toEqual([0, []])
  expect(entryOf(report, 'in-the-project')).toMatchObject({ action: 'refuse', errors: [{ path: 'args.0' }] })
  expect(entryOf(report, 'context7')).toMatchObject({ action: 'create', server_id: null, errors: [] })
})

test('a taken name is refused with one that is free, and a rename makes room', async () => {
  await omni2.api.createServer({ body: { name: 'linear', url: 'https://linear.example/mcp', enabled: false } })
  const body = { text: mcpJson('claude-desktop.json'), select: ['linear', 'filesystem'] }
  const refused = await omni2.api.importServers({ body })
  expect(refused.created).toBe(0)
  expect(entryOf(refused, 'linear')).toMatchObject({ action: 'refuse', proposed_name: 'linear-2' })
  expect(entryOf(refused, 'linear')?.errors[0]?.message).toContain('linear-2')
  const renamed = await omni2.api.importServers({ body: { ...body, rename: { linear: 'linear-of-the-file' } } })
  expect([renamed.created, (await names()).sort()]).toEqual([2, ['filesystem', 'linear', 'linear-of-the-file']])
  expect(entryOf(renamed, 'Brave Search')).toMatchObject({ action: 'skip', server_id: null })
})

test.each([
  ['select', { select: ['nothing-like-it'] }],
  ['rename', { rename: { nothing: 'something' } }],
])('a mistyped name in %s is told, and nothing happens', async (field, more) => {
  const body = JSON.stringify({ text: mcpJson('claude-desktop.json'), ...more })
  const answer = await omni2.fetch('/api/v1/mcp/servers/import', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ path: field }] }])
  expect(await names()).toEqual([])
})

test('inputs are asked for before anything is registered, and a secret one never stands where it is shown', async () => {
  const asking = await omni2.api.importServers({ body: { text: mcpJson('vscode.jsonc') } })
  expect(asking.inputs.map(({ id, secret }) => [id, secret])).toEqual([
    ['org', false],
    ['github-token', true],
    ['region', false],
  ])
  expect(asking.entries.map(({ name, action }) => [name, action])).toEqual([
    ['github', 'ask'],
    ['metrics', 'ask'],
    ['leaky', 'refuse'],
  ])
  expect([asking.created, await names()]).toEqual([0, []])
})

test('references are stored and exported as references, whatever the environment says', async () => {
  const bodies = [
    { text: mcpJson('cursor.json'), select: ['context7', 'notes'] },
    { text: mcpJson('claude-code.json'), select: ['api', 'airtable'] },
    { text: mcpJson('vscode.jsonc'), select: ['github'], inputs: { 'github-token': '${env:API_KEY}' } },
  ]
  for (const body of bodies) await omni2.api.importServers({ body })
  const stored = await storedServers(omni2.dataDir)
  expect(stored.context7?.unsealed).toContain('${env:CONTEXT7_KEY}')
  expect(stored.airtable?.unsealed).toContain('${env:AIRTABLE_KEY}')
  expect(stored.api?.unsealed).toContain('${env:API_BASE_URL:-https://api.example.com}/mcp')
  expect(stored.github?.unsealed).toContain('${env:API_KEY}')
  expect(JSON.stringify(stored)).not.toContain(FROM_ENVIRONMENT)
  const { mcpServers } = await omni2.api.exportServers()
  expect(mcpServers.context7?.headers).toEqual({ CONTEXT7_API_KEY: '${env:CONTEXT7_KEY}' })
  expect(mcpServers.airtable).toMatchObject({ env: { AIRTABLE_API_KEY: '${env:AIRTABLE_KEY}' }, disabled: true })
  expect(mcpServers.github?.headers).toEqual({ Authorization: 'Bearer ${env:API_KEY}' })
  expect(mcpServers.notes?.args).toEqual(['${env:HOME}/notes.js'])
  for (const file of await readdir(omni2.dataDir, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    expect((await readFile(path.join(file.parentPath, file.name))).includes(FROM_ENVIRONMENT)).toBe(false)
  }
})

test('a reference becomes its value on the way to the server, and not before', async () => {
  await using echo = await hostileServer()
  const mcpServers = {
    echo: { url: echo.url, headers: { 'X-Team': '${TEAM}', 'X-Other': '${env:NOT_SET:-fallback}' } },
    child: { command: process.execPath, args: [STDIO_SERVER], env: { MY_TEAM: '${env:TEAM}' } },
    unset: { url: echo.url, headers: { 'X-Key': '${env:NOBODY_SET_THIS}' } },
  }
  const { entries } = await omni2.api.importServers({ body: { mcpServers } })
  expect(entries.map(({ variables }) => variables)).toEqual([['TEAM', 'NOT_SET'], ['TEAM'], ['NOBODY_SET_THIS']])
  const [echoId, childId, unsetId] = entries.map((entry) => entry.server_id ?? 0)
  const call = async (id = 0, tool = '') => {
    const { result } = await omni2.api.callTool({ params: { id, tool }, body: {} })
    const said: unknown = JSON.parse(Content.parse(result).content[0]?.text ?? '')
    return z.record(z.string(), z.string()).parse(said)
  }
  await expect
    .poll(() => call(echoId, 'headers'), { timeout: 20_000 })
    .toMatchObject({
      'x-team': 'blue',
      'x-other': 'fallback',
    })
  const environment = await call(childId, 'environment')
  expect(environment.MY_TEAM).toBe('blue')
  expect(
    Object.keys(environment).filter((name) => /^(OMNI2_(?!TREE)|PG|DATABASE_URL|NODE_OPTIONS|API_KEY)/.test(name)),
  ).toEqual([])
  const { health_result } = await omni2.api.triggerHealthCheck({ params: { id: unsetId ?? 0 } })
  expect(health_result.error?.message).toContain('NOBODY_SET_THIS is not set')
})

test.each(['OMNI2_ADMIN_TOKEN', 'OMNI2_SECRET_KEY', 'DATABASE_URL', 'PGPASSWORD'])(
  '%s reaches no server by any way in',
  async (variable) => {
    const reference = `\${env:${variable}}`
    const command = { command: 'tool', env: { X: reference } }
    const mcpServers = { url: { url: `https://a.example/mcp?x=${reference}` }, command }
    const { created, entries } = await omni2.api.importServers({ body: { mcpServers } })
    expect([created, entries.map(({ action }) => action)]).toEqual([0, ['refuse', 'refuse']])
    const configs = [
      { ...command },
      { url: 'https://a.example/mcp', auth_type: 'bearer', auth_config: { token: reference } } as const,
    ]
    for (const config of configs) {
      await expect(omni2.api.createServer({ body: { name: 'thief', ...config } })).rejects.toThrow('belongs to Omni2')
      await expect(omni2.api.discoverServer({ body: config })).rejects.toThrow('belongs to Omni2')
    }
    expect(await names()).toEqual([])
  },
)
