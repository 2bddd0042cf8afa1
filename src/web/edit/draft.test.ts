import { expect, test } from 'vitest'
import { aServerView } from '../../../test/support/wire-samples.ts'
import { changesBetween } from './Conflict.tsx'
import { createInput, draftOf, updateInput } from './draft.ts'

const remote = aServerView(1, { auth_type: 'custom_headers', auth_header_names: ['X-A', 'X-B'] })
const child = aServerView(2, { protocol: 'stdio', url: null, command: 'npx', args: ['-y', 'x'], env_keys: ['A', 'B'] })

test.each([
  ['a URL', remote],
  ['a command', child],
  ['a token', aServerView(3, { auth_type: 'bearer', auth_configured: true })],
])('a draft of %s that nobody touched changes nothing', (_, server) => {
  expect(updateInput(draftOf(server), server)).toEqual({})
})

test('only what was touched is sent, times as numbers', () => {
  const draft = { ...draftOf(remote), description: 'new', timeout_seconds: '20' }
  expect(updateInput(draft, remote)).toEqual({ description: 'new', timeout_seconds: 20 })
})

test('stored values stay unless they are replaced or their row is removed', () => {
  const draft = draftOf(child)
  const env = [
    { key: 'B', value: 'new', isKept: true },
    { key: 'C', value: '', isKept: false },
    { key: '', value: 'nameless', isKept: false },
  ]
  expect(updateInput({ ...draft, env, args: '-y\n\ny' }, child)).toEqual({
    args: ['-y', 'y'],
    env: { A: null, B: 'new', C: '' },
  })
  const headers = draftOf(remote).headers.slice(1)
  expect(updateInput({ ...draftOf(remote), headers }, remote)).toEqual({ auth_config: { headers: { 'X-A': null } } })
})

test('another kind of credentials is sent whole, and none removes what is stored', () => {
  expect(updateInput({ ...draftOf(remote), auth_type: 'bearer', token: 't' }, remote)).toEqual({
    auth_type: 'bearer',
    auth_config: { token: 't' },
  })
  expect(updateInput({ ...draftOf(remote), auth_type: 'none' }, remote)).toEqual({ auth_type: null })
})

test('a new server is sent with what belongs to its transport', () => {
  const draft = { ...draftOf(undefined), name: 'x', url: 'http://a.test/mcp', command: 'npx', token: 't' }
  expect(createInput(draft)).toMatchObject({ url: 'http://a.test/mcp' })
  expect(createInput(draft)).not.toHaveProperty('command')
  expect(createInput({ ...draft, protocol: 'stdio' })).toMatchObject({ command: 'npx', args: [], env: {} })
  expect(createInput({ ...draft, protocol: 'stdio' })).not.toHaveProperty('url')
  expect(createInput({ ...draft, protocol: 'stdio', gateway_process: 'per_session' })).toMatchObject({
    gateway_process: 'per_session',
  })
  expect(createInput({ ...draft, gateway_process: 'per_session' })).not.toHaveProperty('gateway_process')
  expect(createInput({ ...draft, auth_type: 'bearer' })).toMatchObject({ auth_config: { token: 't' } })
})

test('a conflict names what differs, with both values', () => {
  const now = aServerView(1, { ...remote, timeout_seconds: 20, auth_header_names: ['X-A'] })
  expect(changesBetween(draftOf(remote), draftOf(now))).toEqual(['headers: X-A, X-B → X-A', 'timeout seconds: 10 → 20'])
})
