import { expect, test } from 'vitest'
import { editedServers } from './collection-edit.ts'

const ids: Readonly<Record<string, number>> = { github: 1, files: 2 }
const edit = (edits: Parameters<typeof editedServers>[1], servers: Parameters<typeof editedServers>[0] = []) =>
  editedServers(servers, edits, (name) => ids[name] ?? Number.NaN)

const whole = { server_id: 1, tools: [], other_tools: true, prompts: true, resources: true }
const choice = (tool: string, over: object = {}) => ({ tool, on: true, name: null, description: null, ...over })

test('a server that is added is whole', () => {
  expect(edit({ add: ['github'] })).toEqual([whole])
  expect(edit({ add: ['github'] }, [{ ...whole, prompts: false }])).toEqual([{ ...whole, prompts: false }])
})

test('a tool that is switched on brings its server along, and nothing else of it', () => {
  const only = { server_id: 2, other_tools: false, prompts: false, resources: false }
  expect(edit({ on: ['files/read', 'files/a/b'] })).toEqual([{ ...only, tools: [choice('read'), choice('a/b')] }])
})

test('tools are switched off alone, or all that are not named', () => {
  expect(edit({ off: ['github/delete'] }, [whole])).toEqual([{ ...whole, tools: [choice('delete', { on: false })] }])
  expect(edit({ off: ['github/*'], on: ['github/search'] }, [whole])).toEqual([
    { ...whole, other_tools: false, tools: [choice('search')] },
  ])
  expect(edit({ on: ['github/*'] }, [{ ...whole, other_tools: false }])).toEqual([whole])
})

test('a tool gets a name and a description, and back what it had', () => {
  const renamed = edit({ call: { 'github/search': 'find' }, describe: { 'github/search': 'Finds' } }, [whole])
  expect(renamed).toEqual([{ ...whole, tools: [choice('search', { name: 'find', description: 'Finds' })] }])
  const back = edit(
    { call: { 'github/search': '' }, describe: { 'github/search': '' }, off: ['github/search'] },
    renamed,
  )
  expect(back).toEqual([{ ...whole, tools: [choice('search', { on: false })] }])
})

test('a tool that is off stays off when it is renamed', () => {
  const off = { ...whole, other_tools: false }
  expect(edit({ call: { 'github/search': 'find' } }, [off])[0]?.tools).toEqual([
    choice('search', { on: false, name: 'find' }),
  ])
})

test('a server that is removed is gone with its tools', () => {
  expect(edit({ remove: ['github'], on: ['files/read'] }, [whole]).map(({ server_id }) => server_id)).toEqual([2])
})

test.each(['github', 'github/', '/search'])('%s names no tool', (target) => {
  expect(() => edit({ on: [target] })).toThrow('names no tool')
})

test('all tools at once have no name', () => {
  expect(() => edit({ call: { 'github/*': 'all' } })).toThrow('is not one tool')
})
