import { expect, test } from 'vitest'
import { serverDraft } from './server-draft.ts'

test('a URL becomes a server over HTTP', () => {
  expect(serverDraft('github', ['https://host/mcp'], false, { interval: 30, timeout: 5, description: 'x' })).toEqual({
    name: 'github',
    enabled: true,
    protocol: 'http-streamable',
    url: 'https://host/mcp',
    check_interval_seconds: 30,
    timeout_seconds: 5,
    description: 'x',
  })
})

test('what stands after -- is a command, even one that looks like a URL', () => {
  expect(serverDraft('files', ['npx', '-y', 'server', '/srv'], true, { env: { A: 'b' } })).toEqual({
    name: 'files',
    enabled: true,
    protocol: 'stdio',
    command: 'npx',
    args: ['-y', 'server', '/srv'],
    env: { A: 'b' },
  })
})

test('a command may be run for each session, a URL not', () => {
  const options = { processPerSession: true } as const
  expect(serverDraft('x', ['npx'], true, options)).toMatchObject({ gateway_process: 'per_session' })
  expect(() => serverDraft('x', ['http://h'], false, options)).toThrow('--process-per-session')
})

test('a bearer token goes alone or beside other headers', () => {
  const draft = (options: Parameters<typeof serverDraft>[3]) => serverDraft('x', ['http://h'], false, options)
  expect(draft({ bearer: 't' })).toMatchObject({ auth_type: 'bearer', auth_config: { token: 't' } })
  expect(draft({ bearer: 't', header: { 'X-A': 'b' } })).toMatchObject({
    auth_type: 'custom_headers',
    auth_config: { headers: { 'X-A': 'b', Authorization: 'Bearer t' } },
  })
})

test('a URL may begin with a reference', () => {
  expect(serverDraft('x', [`\${env:BASE}/mcp`], false, {})).toMatchObject({ url: `\${env:BASE}/mcp` })
})

test('a mistake is answered with how it is written', () => {
  const mistake =
    (target: readonly string[], dashed: boolean, options: Parameters<typeof serverDraft>[3] = {}) =>
    () =>
      serverDraft('x', target, dashed, options)
  expect(mistake(['localhost:3000/mcp'], false)).toThrow('Did you mean http://localhost:3000/mcp?')
  expect(mistake(['npx', 'server'], false)).toThrow('omni2 add x -- npx server')
  expect(mistake(['npx'], true, { bearer: 't' })).toThrow('--env')
  expect(mistake(['npx'], true, { protocol: 'sse' })).toThrow('--protocol')
  expect(mistake(['http://h'], false, { env: { A: 'b' } })).toThrow('--header')
})
