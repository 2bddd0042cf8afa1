import { expect, test } from 'vitest'
import { CreateServerInput, DiscoverInput, UpdateServerInput } from '../../api/server-input.ts'
import { authHeaders } from '../../core/config/header-auth.ts'
import type { ServerConfig } from '../../core/config/server.ts'
import { AppError } from '../../core/errors.ts'
import { changedConfig, discoverConfig, newServer } from './config-input.ts'

const create = (input: object) => newServer(CreateServerInput.parse({ name: 'a', ...input })).config
const update = (config: ServerConfig, input: object) => changedConfig(config, UpdateServerInput.parse(input))
const discover = (input: object, stored?: ServerConfig) => discoverConfig(DiscoverInput.parse(input), stored)

/** Everything of a configuration, secrets too. */
const plain = ({ target, auth, ...rest }: ServerConfig) => ({
  ...rest,
  target:
    target.protocol === 'stdio'
      ? { ...target, env: Object.fromEntries(Object.entries(target.env).map(([key, value]) => [key, value.reveal()])) }
      : { ...target, url: target.url.reveal() },
  auth: {
    type: auth.type,
    headers: authHeaders(auth).map(({ name, before, secret }) => `${name}: ${before}${secret.reveal()}`),
  },
})

const refusal = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error.fields.map(({ path }) => path).join()
    throw error
  }
  return 'accepted'
}

const HTTP = { url: 'https://h.example/mcp', auth_type: 'bearer', auth_config: { token: 't0' } }
const STDIO = { command: 'npx', args: ['-y', 'x'], env: { A: '1', B: '2' } }

test('a new server gets what it leaves out', () => {
  expect(plain(create({ url: 'https://h.example/mcp' }))).toEqual({
    name: 'a',
    description: '',
    target: { protocol: 'http-streamable', url: 'https://h.example/mcp' },
    auth: { type: 'none', headers: [] },
    timeoutMs: 10_000,
    callTimeoutMs: 60_000,
    recordPayloads: false,
    gatewayProcess: 'shared',
    checkIntervalMs: 60_000,
    breakerOverride: {},
  })
  expect(create({ url: 'https://h.example/sse' }).target.protocol).toBe('sse')
  expect(create({ url: 'https://h.example/sse', protocol: 'http' }).target.protocol).toBe('http-streamable')
  expect(create({ command: 'x' }).target).toEqual({ protocol: 'stdio', command: 'x', args: [], env: {} })
})

test('whether each agent has a process of its own is kept, until there is no process', () => {
  const config = create({ command: 'x', gateway_process: 'per_session' })
  expect(changedConfig(config, { description: 'y' }).gatewayProcess).toBe('per_session')
  expect(changedConfig(config, { gateway_process: 'shared' }).gatewayProcess).toBe('shared')
  expect(changedConfig(config, { url: 'https://h.example/mcp' }).gatewayProcess).toBe('shared')
})

test.each([
  [{}, 'url'],
  [{ url: 'https://h/', command: 'x' }, 'command'],
  [{ url: 'https://h/', protocol: 'stdio' }, 'url'],
  [{ command: 'x', protocol: 'sse' }, 'command'],
  [{ url: 'https://h/', args: ['x'] }, 'args'],
  [{ url: 'https://h/', env: { A: '1' } }, 'env'],
  [{ url: 'https://h/', gateway_process: 'per_session' }, 'gateway_process'],
  [{ command: 'x', auth_type: 'bearer', auth_config: { token: 't' } }, 'auth_type'],
  [{ url: 'https://h/', auth_config: { token: 't' } }, 'auth_type'],
  [{ url: 'https://h/', auth_type: 'bearer' }, 'auth_config.token'],
  [{ url: 'https://h/', auth_type: 'bearer', auth_config: { token: 't', api_key: 'k' } }, 'auth_config.api_key'],
  [{ url: 'https://h/', auth_type: 'api_key', auth_config: { api_key: 'k' } }, 'auth_config.header_name'],
  [{ url: 'https://h/', auth_type: 'custom_headers', auth_config: { headers: {} } }, 'auth_config.headers'],
  [
    { url: 'https://h/', auth_type: 'custom_headers', auth_config: { headers: { 'X-A': '1', 'x-a': '2' } } },
    'auth_config.headers.x-a',
  ],
])('%j is refused at %s', (input, path) => {
  expect(refusal(() => create(input))).toBe(path)
})

test('a change keeps what it does not mention, to the very same objects', () => {
  const before = create({ ...HTTP, description: 'old', timeout_seconds: 20 })
  const after = update(before, { description: 'new' })
  expect(plain(after)).toEqual({ ...plain(before), description: 'new' })
  expect(after.target).toBe(before.target)
  expect(after.auth).toBe(before.auth)
  expect(update(before, { url: 'https://h.example/mcp' }).target).toBe(before.target)
})

test('null gives the default back', () => {
  const before = create({ ...HTTP, description: 'old', timeout_seconds: 20 })
  expect(update(before, { description: null, timeout_seconds: null, auth_type: null })).toMatchObject({
    description: '',
    timeoutMs: 10_000,
    auth: { type: 'none' },
  })
  expect(update(create(STDIO), { args: null, env: null }).target).toMatchObject({ args: [], env: {} })
})

test('env and headers change key by key', () => {
  const stdio = update(create(STDIO), { env: { A: null, C: '3' } })
  expect(plain(stdio).target).toMatchObject({ command: 'npx', args: ['-y', 'x'], env: { B: '2', C: '3' } })
  const custom = create({
    url: 'https://h/',
    auth_type: 'custom_headers',
    auth_config: { headers: { A: '1', B: '2' } },
  })
  const changed = update(custom, { auth_config: { headers: { a: '9', B: null, C: '3' } } })
  expect(plain(changed).auth.headers).toEqual(['a: 9', 'C: 3'])
})

test('credentials change in part within a type and as a whole to another', () => {
  const key = create({ url: 'https://h/', auth_type: 'api_key', auth_config: { header_name: 'X-Key', api_key: 'k0' } })
  expect(plain(update(key, { auth_config: { header_name: 'X-Other' } })).auth.headers).toEqual(['X-Other: k0'])
  expect(refusal(() => update(key, { auth_type: 'bearer' }))).toBe('auth_config.token')
  expect(plain(update(key, { auth_type: 'bearer', auth_config: { token: 't1' } })).auth.headers).toEqual([
    'Authorization: Bearer t1',
  ])
})

test('a URL sent back as it is shown keeps its secrets; another masked one is refused', () => {
  const before = create({ url: 'https://u:p@h.example/mcp?key=k0' })
  expect(update(before, { url: 'https://***@h.example/mcp?key=***' }).target).toBe(before.target)
  expect(refusal(() => update(before, { url: 'https://***@evil.example/mcp?key=***' }))).toBe('url')
  expect(CreateServerInput.safeParse({ name: 'a', url: 'https://***@h.example/' }).success).toBe(false)
})

test('a server can change from a URL to a command, and leaves its credentials behind', () => {
  expect(plain(update(create(HTTP), { command: 'x' }))).toMatchObject({
    target: { protocol: 'stdio', command: 'x', args: [], env: {} },
    auth: { type: 'none' },
  })
})

test('what is tried without being saved is a configuration like any other', () => {
  expect(plain(discover({ ...HTTP, timeout_seconds: 5 }))).toMatchObject({
    name: 'unsaved',
    timeoutMs: 5_000,
    auth: { headers: ['Authorization: Bearer t0'] },
  })
  expect(refusal(() => discover({}))).toBe('url')
})

test('stored credentials are tried at their own origin only', () => {
  const stored = create(HTTP)
  expect(plain(discover({ server_id: 1 }, stored))).toEqual(plain(stored))
  const elsewhere = [
    'https://evil.example/mcp',
    'https://h.example:444/mcp',
    'http://h.example/mcp',
    'https://h.example@evil.example/',
  ]
  for (const url of elsewhere)
    expect(
      refusal(() => discover({ server_id: 1, url }, stored)),
      url,
    ).toBe('auth_config')
  expect(plain(discover({ server_id: 1, url: 'https://h.example/other' }, stored)).auth.headers).toEqual([
    'Authorization: Bearer t0',
  ])
  const own = discover(
    { server_id: 1, url: 'https://b.example/', auth_type: 'bearer', auth_config: { token: 't1' } },
    stored,
  )
  expect(plain(own).auth.headers).toEqual(['Authorization: Bearer t1'])
  expect(plain(discover({ server_id: 1, url: 'https://b.example/', auth_type: 'none' }, stored)).auth.headers).toEqual(
    [],
  )
})

test('a credential that was kept is not saved together with another origin', () => {
  const before = create(HTTP)
  for (const url of ['https://evil.example/mcp', 'https://h.example:444/mcp', 'http://h.example/mcp']) {
    expect(
      refusal(() => update(before, { url })),
      url,
    ).toBe('auth_config')
    expect(
      refusal(() => update(before, { url, auth_type: 'bearer' })),
      url,
    ).toBe('auth_config')
    expect(plain(update(before, { url, auth_config: { token: 't1' } })).auth.headers).toEqual([
      'Authorization: Bearer t1',
    ])
    expect(plain(update(before, { url, auth_type: null })).auth.headers).toEqual([])
  }
  expect(plain(update(before, { url: 'https://h.example/other' })).auth.headers).toEqual(['Authorization: Bearer t0'])

  const headers = { A: '1', B: '2' }
  const custom = create({ url: 'https://h.example/', auth_type: 'custom_headers', auth_config: { headers } })
  const url = 'https://evil.example/'
  expect(refusal(() => update(custom, { url, auth_config: { headers: { A: '9' } } }))).toBe('auth_config')
  expect(refusal(() => update(custom, { url, auth_config: { headers: { A: '9', B: null } } }))).toBe('accepted')

  const reference = create({ ...HTTP, auth_config: { token: `\${env:TOKEN}` } })
  expect(refusal(() => update(reference, { url }))).toBe('accepted')
})

test('stored environment values are tried with their own command line only', () => {
  const stored = create(STDIO)
  expect(refusal(() => discover({ server_id: 1, command: 'env' }, stored))).toBe('env')
  expect(refusal(() => discover({ server_id: 1, args: ['-c', 'env'] }, stored))).toBe('env')
  expect(refusal(() => discover({ server_id: 1, args: ['z'], env: { A: '5', B: null } }, stored))).toBe('accepted')
  expect(plain(discover({ server_id: 1, env: { C: '3' } }, stored)).target).toMatchObject({
    env: { A: '1', B: '2', C: '3' },
  })
})
