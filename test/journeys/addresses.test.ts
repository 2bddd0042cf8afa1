import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiError } from '../../src/api/client.ts'
import { type HostileServer, hostileServer } from '../support/fixture-servers.ts'
import { NOWHERE } from '../support/mcp-json.ts'
import { Omni2 } from '../support/omni2.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'

/** 169.254.169.254, where clouds keep credentials, and its neighbours, in every spelling a parser may take. */
const NEVER = [
  '169.254.169.254',
  '2852039166',
  '0251.0376.0251.0376',
  '0xa9fea9fe',
  '0xa9.0xfe.43518',
  '１６９．２５４．１６９．２５４',
  '169。254。169。254',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[::169.254.169.254]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::a9fe:a9fe]',
  '[2002:a9fe:a9fe::1]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '[fd20:ce::254]',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '0.0.0.0',
  '0',
  '[::]',
  '224.0.0.1',
  '255.255.255.255',
]
const LOOPBACK = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0177.0.0.1',
  '0x7f000001',
  '１２７．０．０．１',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::1]',
]

let folder: string
let names: string
let omni2: Omni2
let exposed: Omni2
let hostile: HostileServer
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-names-'))
  names = path.join(folder, 'names.json')
  await resolveTo({})
  const env = { ...NOWHERE, RESOLVER_FILE: names }
  ;[omni2, exposed, hostile] = await Promise.all([
    Omni2.start({ env }),
    Omni2.start({ env: { ...env, OMNI2_HOST: '0.0.0.0' } }),
    hostileServer(),
  ])
})
afterAll(async () => {
  await Promise.all([omni2?.stop(), exposed?.stop(), hostile?.kill()])
  await rm(folder, { recursive: true, force: true })
})

/** From now on these names have these addresses, and no others have any. */
const resolveTo = (addresses: Readonly<Record<string, string>>) =>
  writeFile(
    names,
    JSON.stringify(
      Object.fromEntries(
        Object.entries(addresses).map(([name, address]) => [
          name,
          [{ address, family: address.includes(':') ? 6 : 4 }],
        ]),
      ),
    ),
  )

const refusalOf = async (made: Promise<unknown>) => {
  const problem = await made.then(
    () => undefined,
    (error: unknown) => (error instanceof ApiError ? error.problem : undefined),
  )
  return [problem?.status, problem?.errors?.map((error) => error.path)]
}

async function expectRefused({ api }: Omni2, url: string): Promise<void> {
  const body = { url, enabled: false }
  const { id } =
    (await api.listServers({ query: { q: 'harmless' } })).servers[0] ??
    (await api.createServer({
      body: { name: 'harmless', url: 'https://mcp.example/mcp', enabled: false },
    }))
  expect([url, await refusalOf(api.createServer({ body: { name: 'refused', ...body } }))]).toEqual([
    url,
    [422, ['url']],
  ])
  expect([url, await refusalOf(api.discoverServer({ body: { url } }))]).toEqual([url, [422, ['url']]])
  expect([url, await refusalOf(api.updateServer({ params: { id }, body: { url } }))]).toEqual([url, [422, ['url']]])
  const { created, entries } = await api.importServers({ body: { mcpServers: { refused: { url } } } })
  expect([url, created, entries[0]?.errors.map((error) => error.path)]).toEqual([url, 0, ['url']])
}

describe('an address that is refused as soon as it is named:', () => {
  test.each(NEVER)('%s, always', async (host) => {
    await expectRefused(omni2, `http://${host}/latest/meta-data`)
    await expectRefused(omni2, `https://${host}:8443/\${env:PATH_OF_IT:-mcp}`)
  })

  test.each(LOOPBACK)('%s, while others can reach Omni2', async (host) => {
    await expectRefused(exposed, `http://${host}:8080/mcp`)
  })
})

const discovered = async ({ api }: Omni2, url: string, protocol: 'http' | 'sse' = 'http') => {
  const { health_result } = await api.discoverServer({ body: { url, protocol } })
  return [health_result.outcome, health_result.error?.code, health_result.error?.stage]
}
const NOT_ALLOWED = ['connect', 'address_not_allowed', 'connect']

describe('a name is judged by what it resolves to when it is connected to:', () => {
  test.each(['169.254.169.254', 'fd00:ec2::254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '0.0.0.0'])(
    '%s, always',
    async (address) => {
      await resolveTo({ 'metadata.google.internal': address })
      expect(await discovered(omni2, 'http://metadata.google.internal/mcp')).toEqual(NOT_ALLOWED)
    },
  )

  test('loopback, while others can reach Omni2', async () => {
    await using server = await rawServer()
    await resolveTo({ 'mcp.example': '127.0.0.1' })
    expect(await discovered(exposed, `http://mcp.example:${server.port}/mcp`)).toEqual(NOT_ALLOWED)
    expect(server.connections.accepted).toBe(0)
    expect(await discovered(omni2, `http://mcp.example:${server.port}/mcp`)).toEqual(['ok', undefined, undefined])
  })

  test('one that changes its mind is refused from then on', async () => {
    await using server = await rawServer(({ honest, response }) => {
      response.setHeader('connection', 'close')
      honest()
    })
    await resolveTo({ 'flips.example': '127.0.0.1' })
    const url = `http://flips.example:${server.port}/mcp`
    const { id } = await omni2.api.createServer({ body: { name: 'flips', url } })
    const check = async () => (await omni2.api.triggerHealthCheck({ params: { id } })).health_result
    expect((await check()).healthy).toBe(true)
    await resolveTo({ 'flips.example': '169.254.169.254' })
    expect((await check()).error).toMatchObject({ code: 'address_not_allowed' })
    await omni2.api.deleteServer({ params: { id } })
  })

  test('a reference is judged by what it stands for', async () => {
    await resolveTo({})
    const body = { url: '${env:NOT_SET:-http://169.254.169.254}/mcp' }
    const { health_result } = await omni2.api.discoverServer({ body })
    expect(health_result.error).toMatchObject({ code: 'address_not_allowed' })
  })
})

describe('what an upstream names', () => {
  let elsewhere: RawServer
  beforeAll(async () => {
    elsewhere = await rawServer()
  })
  afterAll(() => elsewhere.close())

  test.each([301, 302, 303, 307, 308])('by a redirect (%i) is not followed', async (status) => {
    await hostile.behave('redirect', { to: elsewhere.url, status })
    expect(await discovered(omni2, hostile.url)).toEqual(['protocol', 'redirect_refused', 'handshake'])
    expect(elsewhere.connections.accepted).toBe(0)
  })

  test.each(['its own machine, another port', 'a metadata address', 'another host'])(
    'as the endpoint of its event stream is refused: %s',
    async (where) => {
      const to = {
        'its own machine, another port': elsewhere.url,
        'a metadata address': 'http://169.254.169.254/messages',
        'another host': 'https://mcp.example/messages',
      }[where]
      await hostile.behave('foreign-endpoint', { to: to ?? '' })
      const [outcome, code] = await discovered(omni2, hostile.url.replace('/mcp', '/sse'), 'sse')
      expect([outcome, code]).toEqual(['connect', 'address_not_allowed'])
      expect(elsewhere.connections.accepted).toBe(0)
    },
  )
})

test('a denied network is refused though it is private, and an allowed one is reached', async () => {
  await using server = await rawServer()
  await using deny = await Omni2.start({ env: { ...NOWHERE, OMNI2_DENY_NETWORKS: '10.0.0.0/8,127.0.0.2' } })
  await expectRefused(deny, 'http://10.1.2.3/mcp')
  await expectRefused(deny, 'http://127.0.0.2/mcp')
  await using allow = await Omni2.start({
    env: { ...NOWHERE, OMNI2_HOST: '0.0.0.0', OMNI2_ALLOW_NETWORKS: '127.0.0.0/8,169.254.0.0/16' },
  })
  expect(await discovered(allow, server.url)).toEqual(['ok', undefined, undefined])
  await expectRefused(allow, 'http://169.254.169.254/latest')
})
