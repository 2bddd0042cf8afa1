import { expect, test } from 'vitest'
import {
  changedServer,
  changedTool,
  draftOf,
  EMPTY_DRAFT,
  inputOf,
  toolNames,
  toolOf,
  withoutServer,
  withServer,
} from './collection-draft.ts'

const one = withServer({ ...EMPTY_DRAFT, name: 'one' }, 1, 'github')
const [server] = one.servers
if (!server) throw new Error('A server was added')

test('a tool that nothing was said of is as all others are', () => {
  expect(toolOf(server, 'search').on).toBe(true)
  expect(toolOf({ ...server, other_tools: false }, 'search').on).toBe(false)
})

test('a tool that is renamed stays on when the others go off', () => {
  const renamed = changedTool(server, 'search', { name: 'find' })
  expect(toolOf({ ...renamed, other_tools: false }, 'search')).toMatchObject({ on: true, name: 'find' })
  expect(changedTool(renamed, 'search', { on: false }).tools).toEqual([
    { tool: 'search', on: false, name: 'find', description: '' },
  ])
})

test('what is written and read back is the same, and empty text is none', () => {
  const draft = changedServer(one, 1, changedTool({ ...server, prompts: false }, 'search', { description: 'Finds' }))
  const { servers } = inputOf(draft)
  expect(servers).toEqual([
    {
      server_id: 1,
      tools: [{ tool: 'search', on: true, name: null, description: 'Finds' }],
      other_tools: true,
      prompts: false,
      resources: true,
    },
  ])
  const tools = servers[0]?.tools.map((tool) => ({ ...tool, missing: false })) ?? []
  const view = { ...draft, id: 1, path: '', tool_count: 1, missing: [], created_at: '', updated_at: '', etag: '' }
  expect(draftOf({ ...view, servers: draft.servers.map((kept) => ({ ...kept, tools })) })).toEqual(draft)
})

test('tools that are gone are shown after those that are there', () => {
  expect(toolNames(changedTool(server, 'gone', { on: true }), ['b', 'a'])).toEqual(['b', 'a', 'gone'])
})

test('a server is left out again', () => {
  expect(withoutServer(one, 1).servers).toEqual([])
})
