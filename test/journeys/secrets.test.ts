import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiError } from '../../src/api/client.ts'
import { tokenFor } from '../support/canary.ts'
import { omni2Command } from '../support/command-line.ts'
import { LEAK_NAMES, type LeakyServer, leakyServer } from '../support/leaky-server.ts'
import { storedServers } from '../support/mcp-json.ts'
import { Omni2 } from '../support/omni2.ts'
import { plainHttp } from '../support/plain-http.ts'

const OVER_STDIO = path.resolve('test/fixtures/mcp-over-stdio.ts')
const plant = (name: string) => `planted${name}${randomBytes(9).toString('hex')}`
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** What is configured for upstreams, one for each place that can hold a secret. */
const secrets = {
  bearer: plant('bearer'),
  apiKey: plant('apikey'),
  firstHeader: plant('header1'),
  secondHeader: plant('header2'),
  userinfo: plant('userinfo'),
  query: plant('query'),
  env: plant('env'),
  stderr: plant('stderr'),
  reference: plant('reference'),
  discovered: plant('discovered'),
  input: plant('input'),
  importedEnv: plant('importedenv'),
  importedHeader: plant('importedheader'),
  replaced: plant('replaced'),
  refused: plant('refused'),
}
/** What opens Omni2 itself. */
const keys = { secretKey: plant('secretkey'), viewer: '', operator: '', session: '', code: '', admin: '' }

let folder: string
let omni2: Omni2
let upstream: LeakyServer
/** Everything that anybody was ever told, by where. */
const outputs: [where: string, text: string][] = []
const tell = (where: string, said: unknown) =>
  outputs.push([where, typeof said === 'string' ? said : JSON.stringify(said)])
/** Answers, and refusals as they are told. */
const ask = async (where: string, asked: Promise<unknown>): Promise<void> => {
  tell(
    where,
    await asked.catch((error: unknown) => (error instanceof ApiError ? error.problem : Promise.reject(error))),
  )
}

const at = (way: string, more = '') => upstream.url.replace('/mcp', `/${way}${more}`)
const withUserinfo = (url: string) => url.replace('://', `://somebody:${secrets.userinfo}@`)

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-secrets-'))
  upstream = await leakyServer()
  omni2 = await Omni2.start({
    env: { OMNI2_LOG_LEVEL: 'debug', OMNI2_SECRET_KEY: keys.secretKey, FROM_ENVIRONMENT: secrets.reference },
  })
  keys.admin = omni2.adminToken
  keys.code = /#code=(\S+)/.exec(omni2.process.signInLink ?? '')?.[1] ?? ''
  keys.viewer = await tokenFor(omni2, 'viewer')
  keys.operator = await tokenFor(omni2, 'operator')
  using live = await omni2.live()
  live.say({ action: 'subscribe' })
  live.say({ action: 'subscribe', event_types: ['mcp_health_check'] })
  await plantEverywhere()
  await useEverything()
  await signInAndOut()
  await readEverything()
  await runCommands()
  tell('ws', live.messages)
}, 120_000)
afterAll(async () => {
  await Promise.all([omni2?.stop(), upstream?.close()])
  await rm(folder, { recursive: true, force: true })
})

/** Servers with every kind of credential at every kind of leak. */
async function plantEverywhere(): Promise<void> {
  const kinds = [
    { auth_type: 'bearer', auth_config: { token: secrets.bearer } },
    { auth_type: 'api_key', auth_config: { header_name: 'X-Api-Key', api_key: secrets.apiKey } },
    {
      auth_type: 'custom_headers',
      auth_config: { headers: { 'X-A': secrets.firstHeader, 'X-B': secrets.secondHeader } },
    },
    { auth_type: 'bearer', auth_config: { token: '${env:FROM_ENVIRONMENT}' } },
  ] as const
  for (const way of LEAK_NAMES) {
    const protocol = way === 'endpoint' ? 'sse' : 'http'
    for (const [index, auth] of kinds.entries()) {
      await ask(
        'create',
        omni2.api.createServer({ body: { name: `${way}-${index}`, protocol, url: at(way), ...auth } }),
      )
    }
    const url = withUserinfo(at(way, `?api_key=${secrets.query}&page=1`))
    await ask('create', omni2.api.createServer({ body: { name: `${way}-url`, protocol, url } }))
    await ask(
      'discover',
      omni2.api.discoverServer({
        body: { protocol, url: at(way), auth_type: 'bearer', auth_config: { token: secrets.discovered } },
      }),
    )
  }
  const child = (name: string, env: Record<string, string>, script = [OVER_STDIO]) =>
    ask('create', omni2.api.createServer({ body: { name, command: process.execPath, args: script, env } }))
  await child('child', { LEAK: secrets.env })
  await child('dying', { LEAK: secrets.stderr }, [
    '-e',
    'console.error("cannot log in with", process.env.LEAK); process.exit(3)',
  ])
  const mcpServers = {
    inputs: { url: at('broken'), headers: { Authorization: 'Bearer ${input:secret}' } },
    env: { command: process.execPath, args: [OVER_STDIO], env: { LEAK: secrets.importedEnv } },
    headers: { url: at('challenge'), headers: { 'X-Key': secrets.importedHeader, 'X-Other': '1' } },
  }
  const inputs = [{ id: 'secret', type: 'promptString', password: true, default: secrets.input }]
  await ask('import', omni2.api.importServers({ body: { config: { mcpServers, inputs }, dry_run: true } }))
  await ask(
    'import',
    omni2.api.importServers({ body: { config: { mcpServers, inputs }, inputs: { secret: secrets.input } } }),
  )
  await ask(
    'refused',
    omni2.api.createServer({
      body: {
        name: 'child',
        url: withUserinfo('ftp://x'),
        auth_type: 'bearer',
        auth_config: { token: `${secrets.refused}\n` },
      },
    }),
  )
  await ask(
    'refused',
    omni2.api.createServer({
      body: { name: 'child', url: `https://u:${secrets.refused}@169.254.169.254/?token=${secrets.refused}` },
    }),
  )
  await ask('refused', omni2.api.discoverServer({ body: { url: `nonsense ${secrets.refused}` } }))
  await ask(
    'refused',
    omni2.api.importServers({
      body: { text: `{ "mcpServers": { "x": { "url": "https://x?key=${secrets.refused}", } ` },
    }),
  )
}

/** Checks, calls and changes of every server. */
async function useEverything(): Promise<void> {
  const { servers } = await omni2.api.listServers({ query: { limit: 1_000 } })
  for (const { id, name } of servers) {
    const params = { id }
    await ask(`check ${name}`, omni2.as(keys.operator).triggerHealthCheck({ params }))
    if (!/^(healthy|child|env)/.test(name)) continue
    const { tools } = await omni2.api.getCapabilities({ params })
    for (const tool of ['environment', ...tools.map((one) => one.name)]) {
      await ask(`call ${name}`, omni2.as(keys.operator).callTool({ params: { id, tool }, body: { arguments: {} } }))
    }
  }
  const [first] = servers
  if (!first) throw new Error('No servers')
  const params = { id: first.id }
  await ask('reload', omni2.api.reloadServer({ params }))
  await ask(
    'update',
    omni2.api.updateServer({ params, body: { auth_type: 'bearer', auth_config: { token: secrets.replaced } } }),
  )
  await ask('update', omni2.api.updateServer({ params, body: { url: at('challenge', `?sig=${secrets.replaced}`) } }))
  await ask('check again', omni2.api.triggerHealthCheck({ params }))
  await ask('discover again', omni2.api.discoverServer({ body: { server_id: first.id } }))
  await ask('job', omni2.api.checkServers({ body: { ids: servers.map(({ id }) => id) } }))
}

async function signInAndOut(): Promise<void> {
  const signIn = (body: object) => plainHttp(`${omni2.url}/api/v1/session`, { method: 'POST', body })
  const { headers, body } = await signIn({ code: keys.code })
  const [cookie = ''] = headers['set-cookie'] ?? []
  keys.session = /=([^;]+)/.exec(cookie)?.[1] ?? ''
  tell('sign in', body)
  tell('sign in', (await signIn({ token: `${keys.viewer}x` })).body)
  tell('session', (await plainHttp(`${omni2.url}/api/v1/session`, { headers: { cookie } })).body)
  tell(
    'wrong URL',
    (await plainHttp(`${omni2.url}/api/v1/mcp/servers?token=${keys.viewer}`, { headers: { cookie } })).body,
  )
}

const ROUTES = [
  '/metrics',
  '/health/ready',
  '/api/v1/openapi.json',
  '/api/v1/tokens',
  '/api/v1/settings',
  '/api/v1/events?limit=1000',
  '/api/v1/mcp/servers?limit=1000',
  '/api/v1/mcp/servers?include=badges,uptime,heartbeats,recent_checks',
  '/api/v1/mcp/incidents?limit=1000',
  '/api/v1/mcp/servers/export',
]
const OF_A_SERVER = [
  '',
  '/capabilities',
  '/capabilities/changes?limit=1000',
  '/health-logs?limit=1000',
  '/latency',
  '/incidents',
  '/stderr',
  '/circuit-breaker',
]

/** All there is to read, as admins, since one alone may not ask so often. */
async function readEverything(): Promise<void> {
  const servers = (await omni2.api.listServers({ query: { limit: 1_000 } })).servers
  const read = async (route: string, token: string) => {
    const answer = await fetch(`${omni2.url}${route}`, { headers: { authorization: `Bearer ${token}` } })
    expect([route, answer.status]).toEqual([route, 200])
    tell(`GET ${route}`, await answer.text())
  }
  for (const route of ROUTES) await read(route, keys.admin)
  for (const more of OF_A_SERVER) {
    const token = await tokenFor(omni2, 'admin')
    for (const { id } of servers) await read(`/api/v1/mcp/servers/${id}${more}`, token)
  }
}

async function runCommands(): Promise<void> {
  const env = { HOME: folder, OMNI2_URL: omni2.url, OMNI2_TOKEN: keys.admin, OMNI2_SECRET_KEY: keys.secretKey }
  const file = path.join(folder, 'mcp.json')
  const entry = { url: at('challenge'), headers: { Authorization: `Bearer ${secrets.importedHeader}` } }
  await writeFile(file, JSON.stringify({ mcpServers: { entry } }))
  const commands = [
    ['list'],
    ['tools', 'healthy-0'],
    ['logs', 'dying'],
    ['logs', 'child', '--stderr'],
    ['events', '--limit', '1000'],
    ['export'],
    ['config'],
    ['token', 'list'],
    ['import', file, '--dry-run'],
    ['check', '--config', file],
  ]
  for (const words of commands) {
    const { out, err } = await omni2Command(words, { env })
    tell(`omni2 ${words.join(' ')}`, out + err)
  }
}

const placesOf = (secret: string) => outputs.filter(([, text]) => text.includes(secret)).map(([where]) => where)

describe('a secret that was planted as', () => {
  test.each(Object.entries(secrets))('%s is told nowhere', (name, secret) => {
    expect(new Set(placesOf(secret))).toEqual(new Set())
    expect(omni2.process.output).not.toContain(secret)
    if (name === 'userinfo') expect(placesOf(base64(`somebody:${secret}`))).toEqual([])
  })

  test.each(Object.entries(secrets).filter(([name]) => name !== 'refused'))(
    '%s is stored sealed, or not at all',
    async (_, secret) => {
      for (const file of await readdir(omni2.dataDir, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue
        const bytes = await readFile(path.join(file.parentPath, file.name))
        expect([file.name, bytes.includes(secret)]).toEqual([file.name, false])
      }
    },
  )
})

test.each(['admin', 'viewer', 'operator', 'session', 'code', 'secretKey'] as const)(
  'what opens Omni2 itself (%s) is told and stored nowhere',
  async (name) => {
    const key = keys[name]
    expect(key.length).toBeGreaterThan(20)
    expect(new Set(placesOf(key))).toEqual(new Set())
    const log = omni2.process.output.split('\n').filter((line) => line.startsWith('{'))
    expect(log.length).toBeGreaterThan(100)
    expect(log.filter((line) => line.includes(key))).toEqual([])
    for (const file of await readdir(omni2.dataDir, { withFileTypes: true })) {
      if (file.isFile()) expect((await readFile(path.join(file.parentPath, file.name))).includes(key)).toBe(false)
    }
  },
)

test('changes of tools that name what they were sent were really told', () => {
  const changes = outputs.filter(([where, text]) => where.includes('/changes') && text.includes('"before":{"name"'))
  expect(changes.length).toBeGreaterThan(0)
})

test('every planted secret was really stored and really sent', async () => {
  const stored = JSON.stringify(await storedServers(omni2.dataDir, keys.secretKey))
  const { reference, discovered, refused, bearer, ...rest } = secrets
  for (const secret of Object.values(rest)) expect(stored).toContain(secret)
  expect(stored).toContain('${env:FROM_ENVIRONMENT}')
  expect([reference, discovered, refused].filter((secret) => stored.includes(secret))).toEqual([])
  const sent = JSON.stringify(upstream.received)
  for (const secret of [
    reference,
    discovered,
    bearer,
    secrets.apiKey,
    secrets.query,
    secrets.replaced,
    secrets.input,
  ]) {
    expect(sent).toContain(secret)
  }
  expect(sent).toContain(base64(`somebody:${secrets.userinfo}`))
})

test('no token of a client of ours is sent on to an upstream', async () => {
  const sent = JSON.stringify(upstream.received)
  expect(Object.entries(keys).filter(([, key]) => sent.includes(key))).toEqual([])
  expect(sent).not.toContain('omni2_session')
})
