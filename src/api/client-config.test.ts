import { expect, test } from 'vitest'
import { AGENT_CLIENTS, clientConfig } from './client-config.ts'

const url = 'https://omni2.example'
const readers = { kind: 'collection', name: 'readers' } as const

test('every client is led to the endpoint that was chosen, with the token that was given', () => {
  for (const client of AGENT_CLIENTS) {
    const { text, notes } = clientConfig({ client, url, endpoint: readers, token: 'secret-1' })
    const direct = text.includes(`${url}/collections/readers/mcp`) && text.includes('Bearer secret-1')
    const bridged = text.includes('"--collection"') && text.includes('"OMNI2_TOKEN": "secret-1"')
    expect([client, direct || bridged]).toEqual([client, true])
    expect(notes.join()).not.toContain('<token>')
  }
})

test('without a token none is written, and it is said where one comes from', () => {
  for (const client of AGENT_CLIENTS) {
    const { text, notes } = clientConfig({ client, url, endpoint: readers })
    expect([client, /OMNI2_TOKEN|<token>|input:/.test(text), notes.length > 0]).toEqual([client, true, true])
  }
})

test('clients of the mcp.json family differ in their keys', () => {
  const entry = (client: 'claude-code' | 'cursor' | 'windsurf' | 'gemini') =>
    JSON.parse(clientConfig({ client, url, endpoint: { kind: 'everything' }, token: 't' }).text).mcpServers.omni2
  const headers = { Authorization: 'Bearer t' }
  expect(entry('claude-code')).toEqual({ type: 'http', url: `${url}/mcp`, headers })
  expect(entry('cursor')).toEqual({ url: `${url}/mcp`, headers })
  expect(entry('windsurf')).toEqual({ serverUrl: `${url}/mcp`, headers })
  expect(entry('gemini')).toEqual({ httpUrl: `${url}/mcp`, headers })
})

test('VS Code asks for the token, and has servers where others have mcpServers', () => {
  const { inputs, servers } = JSON.parse(clientConfig({ client: 'vscode', url, endpoint: readers }).text)
  expect(inputs).toMatchObject([{ type: 'promptString', id: 'omni2-token', password: true }])
  expect(servers['omni2-readers']).toMatchObject({ headers: { Authorization: 'Bearer ${input:omni2-token}' } })
})

test('Codex reads TOML, and a token only from the environment or as a header', () => {
  const endpoint = { kind: 'server', name: 'git.hub' } as const
  expect(clientConfig({ client: 'codex', url, endpoint }).text).toBe(
    `[mcp_servers.omni2-git-hub]\nurl = "${url}/servers/git.hub/mcp"\nbearer_token_env_var = "OMNI2_TOKEN"`,
  )
  expect(clientConfig({ client: 'codex', url, endpoint, token: 't' }).text).toContain(
    'http_headers = { "Authorization" = "Bearer t" }',
  )
})

test('Claude Desktop starts the bridge', () => {
  const { mcpServers } = JSON.parse(clientConfig({ client: 'claude', url, endpoint: readers, token: 't' }).text)
  expect(mcpServers['omni2-readers']).toEqual({
    command: 'omni2',
    args: ['connect', '--collection', 'readers'],
    env: { OMNI2_URL: url, OMNI2_TOKEN: 't' },
  })
})
