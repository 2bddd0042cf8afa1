import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiError } from '../../src/api/client.ts'
import type { Problem } from '../../src/api/problem.ts'
import { dualEraServer, type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { history, registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

let omni2: Omni2
let upstream: LegacyServer
let dataDir: string
let growing: number
let plain: number

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-collections-'))
  omni2 = await Omni2.start({ dataDir })
  upstream = await legacyServer()
  await upstream.behave({ tools: ['echo', 'add', 'subtract'] })
  growing = (await registerHealthy(omni2, 'growing', { url: upstream.url })).id
  plain = (await registerHealthy(omni2, 'plain', { url: upstream.url })).id
})
afterAll(async () => {
  await omni2?.stop()
  await upstream?.[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const problemOf = (answer: Promise<unknown>): Promise<Problem | undefined> =>
  answer.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ApiError) return error.problem
      throw error
    },
  )
const collection = (id: number) => omni2.api.getCollection({ params: { id } })

test('a collection is made, changed and removed, and each is an event', async () => {
  const before = (await history(omni2)).at(-1)?.seq
  const made = await omni2.api.createCollection({
    body: {
      name: 'math',
      servers: [
        {
          server_id: growing,
          other_tools: false,
          tools: [
            { tool: 'add', name: 'sum', description: 'Adds up' },
            { tool: 'echo', on: false },
          ],
        },
        { server_id: plain, prompts: false, resources: false },
      ],
    },
  })
  expect(made).toMatchObject({
    name: 'math',
    description: '',
    path: '/collections/math/mcp',
    tool_count: 4,
    missing: [],
    etag: '"1"',
    servers: [
      {
        server_name: 'growing',
        missing: false,
        other_tools: false,
        tools: [
          { tool: 'add', on: true, name: 'sum', description: 'Adds up', missing: false },
          { tool: 'echo', on: false, name: null, description: null, missing: false },
        ],
      },
      { server_name: 'plain', other_tools: true, prompts: false, resources: false, tools: [] },
    ],
  })
  expect((await omni2.api.listCollections()).collections).toEqual([made])

  const body = { name: 'sums', servers: [{ server_id: plain }] }
  const changed = await omni2.api.updateCollection({ params: { id: made.id }, body, ifMatch: made.etag })
  expect(changed).toMatchObject({ name: 'sums', path: '/collections/sums/mcp', tool_count: 3, etag: '"2"' })
  const stale = omni2.api.updateCollection({ params: { id: made.id }, body: {}, ifMatch: made.etag })
  expect(await problemOf(stale)).toMatchObject({ status: 412 })

  await omni2.api.deleteCollection({ params: { id: made.id } })
  expect(await problemOf(collection(made.id))).toMatchObject({ status: 404 })
  const told = (await history(omni2, before)).filter(({ event_type }) => event_type === 'collection_changed')
  expect(told.map(({ event_data }) => event_data)).toMatchObject([
    { change: 'created', collection_name: 'math', collection_id: made.id },
    { change: 'updated', collection_name: 'sums' },
    { change: 'deleted', collection_name: 'sums' },
  ])
})

test('what does not fit is refused with where it stands', async () => {
  const { id } = await omni2.api.createCollection({ body: { name: 'taken' } })
  const make = async (servers: readonly object[], name = 'new') => {
    const problem = await problemOf(omni2.api.createCollection({ body: { name, servers } as never })) // what types forbid
    return [problem?.status, problem?.errors?.map(({ path }) => path)]
  }
  expect(await make([], 'taken')).toEqual([409, ['name']])
  expect(await make([], 'no spaces')).toEqual([422, ['name']])
  expect(await make([{ server_id: 999 }])).toEqual([422, ['servers.0.server_id']])
  expect(await make([{ server_id: plain }, { server_id: plain }])).toEqual([422, ['servers.1.server_id']])
  const renamed = (server_id: number, name: string) => ({ server_id, tools: [{ tool: 'add', name }] })
  expect(await make([renamed(plain, 'sum'), renamed(growing, 'sum')])).toEqual([422, ['servers.1.tools.0.name']])
  expect(await make([renamed(plain, 'growing__add')])).toEqual([422, ['servers.0.tools.0.name']])
  expect(await make([{ server_id: plain, tools: [{ tool: 'a' }, { tool: 'a' }] }])).toEqual([
    422,
    ['servers.0.tools.1.tool'],
  ])
  await omni2.api.deleteCollection({ params: { id } })
})

test('a renamed server stays in it, and what is gone is told while the rest stays', async () => {
  await using other = await dualEraServer()
  const { id: leaving } = await registerHealthy(omni2, 'leaving', { url: other.url })
  const tools = [{ tool: 'add', name: 'sum' }, { tool: 'subtract' }]
  const servers = [{ server_id: growing, tools, other_tools: false }, { server_id: leaving }]
  const { id } = await omni2.api.createCollection({ body: { name: 'lasting', servers } })

  await omni2.api.updateServer({ params: { id: leaving }, body: { name: 'left' } })
  expect((await collection(id)).servers.map(({ server_name }) => server_name)).toEqual(['growing', 'left'])

  await omni2.api.deleteServer({ params: { id: leaving } })
  await upstream.behave({ tools: ['echo', 'subtract'] })
  await omni2.api.reloadServer({ params: { id: growing } })
  const without = await until(
    () => collection(id),
    ({ missing }) => missing.length === 2,
  )
  expect(without).toMatchObject({ missing: ['growing/add', 'left'], tool_count: 1 })
  // What is missing may stay in it when the rest is changed.
  await omni2.api.updateCollection({ params: { id }, body: { servers: [...servers].reverse() } })
  expect((await collection(id)).servers.map(({ server_name }) => server_name)).toEqual(['left', 'growing'])
  expect((await collection(id)).missing).toEqual(['left', 'growing/add'])

  await omni2.process.end()
  omni2 = await Omni2.start({ dataDir })
  expect(await collection(id)).toMatchObject({ name: 'lasting', missing: ['left', 'growing/add'] })
})

test('a token of an agent is limited to servers and collections, and says so by their names', async () => {
  const { id } = await omni2.api.createCollection({ body: { name: 'for-one' } })
  const limit = { servers: [plain], collections: [id] }
  const body = { name: 'limited', role: 'agent', limit } as const
  const made = await omni2.api.createToken({ body })
  const named = { servers: [{ id: plain, name: 'plain' }], collections: [{ id, name: 'for-one' }] }
  expect(made.limit).toEqual(named)
  await omni2.api.deleteCollection({ params: { id } })
  const { tokens } = await omni2.api.listTokens()
  expect(tokens.map(({ limit }) => limit)).toEqual([null, { ...named, collections: [{ id, name: null }] }])

  const refused = async (over: object) => problemOf(omni2.api.createToken({ body: { ...body, ...over } }))
  expect(await refused({ role: 'operator' })).toMatchObject({ status: 422, errors: [{ path: 'limit' }] })
  expect(await refused({ limit: { servers: [], collections: [] } })).toMatchObject({ status: 422 })
  expect(await refused({})).toMatchObject({ status: 422, errors: [{ path: 'limit.collections.0' }] })
})
