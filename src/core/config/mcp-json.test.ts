import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseMcpJsonText } from '../../server/mcp-json-text.ts'
import { type McpJsonOptions, parseMcpJson } from './mcp-json.ts'
import { exportMcpJson } from './mcp-json-export.ts'

const fixture = (file: string) =>
  parseMcpJsonText(readFileSync(new URL(`../../../test/fixtures/mcp-json/${file}`, import.meta.url), 'utf8'))

const free = { isTaken: () => false }

function parse(document: unknown, options: Partial<McpJsonOptions> = {}) {
  const reading = parseMcpJson(document, { ...free, ...options })
  const entry = (source: string) => {
    const found = reading.entries.find((candidate) => candidate.source === source)
    if (!found) throw new Error(`no entry ${source}`)
    return found
  }
  const target = (source: string) => {
    const { config } = entry(source)
    if (!config) throw new Error(`${source}: ${JSON.stringify(entry(source).errors)}`)
    return config.target.protocol === 'stdio'
      ? { ...config.target, env: revealed(config.target.env) }
      : { ...config.target, url: config.target.url.reveal() }
  }
  const texts = (findings: readonly { path: string; message: string }[]) =>
    findings.map(({ path, message }) => `${path}: ${message}`)
  return {
    ...reading,
    entry,
    target,
    errors: (source: string) => texts(entry(source).errors),
    warned: (source: string) => texts(entry(source).warnings),
  }
}

const revealed = (secrets: Readonly<Record<string, { reveal(): string }>>) =>
  Object.fromEntries(Object.entries(secrets).map(([key, secret]) => [key, secret.reveal()]))

test('Claude Desktop: stdio servers, names with spaces, keys of the application', () => {
  const { format, warnings, entry, target, warned } = parse(fixture('claude-desktop.json'))
  expect(format).toBe('mcpServers')
  expect(warnings).toEqual([{ path: 'globalShortcut', message: 'This key is not used' }])
  expect(target('Brave Search')).toMatchObject({ env: { BRAVE_API_KEY: 'BSA-planted-brave-secret' } })
  expect(entry('Brave Search')).toMatchObject({ name: 'Brave-Search', enabled: true, errors: [] })
  expect(warned('Brave Search')).toEqual(['name: Its name does not fit and becomes "Brave-Search"'])
  expect(warned('linear')).toEqual([
    'args.4: Looks like a secret, and arguments are shown to everyone: better put it into env',
  ])
})

test('Cursor: references stay references, numbers become text, what needs an editor is told', () => {
  const { entry, target, warned, errors } = parse(fixture('cursor.json'))
  expect(errors('postgres')).toEqual([])
  expect(entry('postgres').variables).toEqual(['REPORTS_DATABASE_URI', 'PG_MCP_ACCESS'])
  expect(warned('postgres')).toEqual(['envFile: This key is not used', 'env.NOTHING: Is null and left out'])
  expect(entry('context7').config?.auth).toMatchObject({ type: 'api_key', headerName: 'CONTEXT7_API_KEY' })
  expect(entry('context7').variables).toEqual(['CONTEXT7_KEY'])
  expect(target('context7')).toEqual({ protocol: 'http-streamable', url: 'https://mcp.context7.com/mcp' })
  expect(target('legacy')).toEqual({ protocol: 'sse', url: 'http://localhost:8931/sse' })
  expect(target('notes')).toMatchObject({ args: ['${env:HOME}/notes.js'] })
  expect(errors('in-the-project')).toEqual([
    'args.0: "${workspaceFolder}" is known to an editor only: write the value instead',
  ])
})

test('VS Code: inputs are asked for, with defaults and options, and never come from the environment', () => {
  const asked = parse(fixture('vscode.jsonc'))
  expect(asked.format).toBe('servers')
  expect(asked.entry('github')).toMatchObject({ config: undefined, missingInputs: ['github-token'], errors: [] })
  expect(asked.entry('metrics').missingInputs).toEqual(['github-token', 'region'])
  expect(asked.inputs).toEqual([
    { id: 'org', description: 'Organisation', secret: false, fallback: 'acme', options: [] },
    { id: 'github-token', description: 'GitHub token', secret: true, fallback: undefined, options: [] },
    { id: 'region', description: 'Region', secret: false, fallback: undefined, options: ['eu', 'us'] },
  ])
  const inputs = new Map([
    ['github-token', 'ghp-planted'],
    ['region', 'us'],
  ])
  const given = parse(fixture('vscode.jsonc'), { inputs })
  expect(given.target('github')).toMatchObject({ url: 'https://api.githubcopilot.com/mcp/?org=acme' })
  expect(given.target('metrics')).toMatchObject({
    args: ['metrics.js', '--region', 'us'],
    env: { TOKEN: 'ghp-planted', URL: 'https://host/*not a comment*/' },
  })
  const { config } = given.entry('github')
  expect(config?.auth.type === 'bearer' && config.auth.token.reveal()).toBe('ghp-planted')
  expect(given.errors('leaky')).toEqual([
    'args.1: The secret input "github-token" would be shown here: put it into env or headers',
  ])
  expect(parse(fixture('vscode.jsonc'), { inputs: new Map([['region', 'moon']]) }).errors('metrics')).toEqual([
    'args.2: The value for the input "region" is not one of its options',
  ])
})

test('Claude Code: variables with and without a default, types, and what is ours is refused', () => {
  const { entry, target, errors, warned } = parse(fixture('claude-code.json'))
  expect(target('api')).toEqual({
    protocol: 'http-streamable',
    url: '${env:API_BASE_URL:-https://api.example.com}/mcp',
  })
  const { config } = entry('api')
  expect(config?.auth.type === 'custom_headers' && revealed(config.auth.headers)).toEqual({
    Authorization: 'Bearer ${env:API_KEY}',
    'X-Team': 'blue',
  })
  expect(warned('api')).toEqual(['headers.Content-Type: Omni2 sets this header itself'])
  expect(entry('api').variables).toEqual(['API_BASE_URL', 'API_KEY'])
  expect(target('asana')).toEqual({ protocol: 'sse', url: 'https://mcp.asana.com/sse' })
  expect(target('airtable')).toMatchObject({
    command: '${env:RUNNER:-npx}',
    env: { AIRTABLE_API_KEY: '${env:AIRTABLE_KEY}' },
  })
  expect(entry('airtable').enabled).toBe(false)
  expect(errors('greedy')).toEqual([
    'url: The variable OMNI2_SECRET_KEY belongs to Omni2 itself and cannot be handed on',
  ])
  expect(errors('thief')).toEqual([
    'env.X: The variable DATABASE_URL belongs to Omni2 itself and cannot be handed on',
    'env.LD_PRELOAD: The variable LD_PRELOAD changes how programs are loaded',
  ])
})

test('hostile entries are refused one by one, each with its place', () => {
  const { entries, errors, warned } = parse(fixture('hostile.json'))
  expect(errors('a')).toEqual(['env.__proto__: This key is not allowed'])
  expect(warned('b')).toEqual(['URL: This key is not used; did you mean "url"?'])
  expect(errors('c')).toEqual(['headers.x-key: This header is there twice'])
  expect(errors('d')).toEqual([': Has neither a command nor a URL', '__proto__: This key is not allowed'])
  expect(errors('e')).toEqual(['url: A URL starts with http:// or https://'])
  expect(errors('f')).toEqual(['headers.X-A: A header holds no line breaks and no characters outside Latin-1'])
  expect(errors('g')).toEqual(['type: Not a transport: http, sse or stdio'])
  expect(errors('h')).toEqual([': Has both a command and a URL, and no type'])
  expect(errors('i')).toEqual([': An entry is an object'])
  expect(errors('j')).toEqual(['args: Expected a list of texts'])
  expect(errors('k')).toEqual(['args.0: Expected a text'])
  expect(entries.filter(({ config }) => config).map(({ name }) => name)).toEqual(['proto', 'constructor', 'b'])
  expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false)
})

test('a bare map of servers is read too', () => {
  const { format, target } = parse({ docs: { url: 'https://docs.example/mcp' }, servers: { command: 'x' } })
  expect(format).toBe('bare')
  expect(target('servers')).toMatchObject({ command: 'x' })
})

test.each([[null], [[]], ['text'], [{}], [{ mcpServers: [] }], [{ anything: 1 }]])(
  '%j holds no servers',
  (document) => {
    expect(() => parse(document)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  },
)

test('a taken name is an error with a free one proposed, and a rename solves it', () => {
  const document = {
    mcpServers: { github: { command: 'a' }, 'git hub': { command: 'b' }, 'git-hub': { command: 'c' } },
  }
  const isTaken = (name: string) => name === 'github'
  const first = parse(document, { isTaken })
  expect(first.entries.map(({ name }) => name)).toEqual(['github-2', 'git-hub-2', 'git-hub'])
  expect(first.errors('github')).toEqual(['name: "github" is taken; "github-2" is free'])
  const second = parse(document, {
    isTaken,
    rename: new Map([
      ['github', 'hub'],
      ['git-hub', 'no__name'],
    ]),
  })
  expect(second.entry('github')).toMatchObject({ name: 'hub', errors: [] })
  expect(second.errors('git-hub')[0]).toMatch(/^name: A name is 1 to 48/)
  expect(() => parse(document, { select: new Set(['github', 'gone']) })).toThrow('select: "gone" is not in the file')
  expect(() => parse(document, { rename: new Map([['gone', 'x']]) })).toThrow('rename: "gone" is not in the file')
})

test('only what is selected takes a name or asks for inputs', () => {
  const document = { mcpServers: { 'a b': { command: 'a' }, 'a-b': { command: '${input:x}' } } }
  const { entries, inputs } = parse(document, { select: new Set(['a b']) })
  expect(entries.map(({ name, selected }) => [name, selected])).toEqual([
    ['a-b', true],
    ['a-b', false],
  ])
  expect(inputs).toEqual([])
})

test('an export holds no secret and reads back to the same servers', () => {
  const secret = 'planted-secret-0123456789'
  const { entries } = parse({
    one: {
      url: `https://u:${secret}@h.example/mcp?api_key=${secret}&page=2`,
      headers: { Authorization: `Bearer ${secret}` },
    },
    two: { command: 'x', args: ['-v'], env: { KEY: secret, OTHER: '${SET_ELSEWHERE}' }, disabled: true },
    three: { type: 'sse', url: 'https://h.example/', headers: { 'X-Key': secret, Authorization: 'Bearer ${TOKEN}' } },
    '4-you': { url: 'https://h.example/', headers: { 'X-Key': `\${FOUR:-${secret}}` } },
  })
  const servers = entries.flatMap(({ config, enabled }) => (config ? [{ config, enabled }] : []))
  const exported = exportMcpJson(servers)
  expect(JSON.stringify(exported)).not.toContain(secret)
  expect(exported.mcpServers).toEqual({
    one: {
      type: 'http',
      url: 'https://${env:ONE_URL_USERINFO}@h.example/mcp?api_key=${env:ONE_URL_API_KEY}&page=2',
      headers: { Authorization: 'Bearer ${env:ONE_AUTHORIZATION}' },
    },
    two: {
      type: 'stdio',
      command: 'x',
      args: ['-v'],
      env: { KEY: '${env:TWO_KEY}', OTHER: '${env:SET_ELSEWHERE}' },
      disabled: true,
    },
    three: {
      type: 'sse',
      url: 'https://h.example/',
      headers: { 'X-Key': '${env:THREE_X_KEY}', Authorization: 'Bearer ${env:TOKEN}' },
    },
    '4-you': { type: 'http', url: 'https://h.example/', headers: { 'X-Key': '${env:_4_YOU_X_KEY}' } },
  })
  const again = parse(exported)
  const back = again.entries.flatMap(({ config, enabled }) => (config ? [{ config, enabled }] : []))
  expect(exportMcpJson(back)).toEqual(exported)
})

/** What took the square of a megabyte of steps would not come to an end before the test runner gives up. */
test('a megabyte in one value is read to its end', () => {
  for (const piece of ['${A:-', '${env:A:-', '$', '{', '-', '${input:x', 'Bearer  ']) {
    const text = piece.repeat(1_000_000 / piece.length)
    const { entry } = parse({
      a: { command: 'x', args: [text], env: { A: text } },
      b: { url: text, headers: { A: text } },
      [text]: { url: text },
    })
    expect(entry('a').config ?? entry('a').errors).toBeDefined()
  }
})

test('megabytes of anything are neither taken apart nor told again', () => {
  const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`key-${i}`, 1]))
  const { entry } = parse({
    mcpServers: {
      query: { url: `http://host/?${'key=1&'.repeat(500_000)}` },
      keys: { url: 'http://host/', ...many },
    },
  })
  expect(entry('query').errors).toEqual([{ path: 'url', message: 'Longer than 2048 characters' }])
  expect(entry('keys').warnings).toHaveLength(50)
  expect(() => parse({ mcpServers: { a: { url: 'http://host/' } } }, { select: new Set(Object.keys(many)) })).toThrow(
    expect.objectContaining({ fields: expect.objectContaining({ length: 20 }) }),
  )
})
