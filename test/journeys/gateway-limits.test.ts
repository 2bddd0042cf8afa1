import { expect, test } from 'vitest'
import { legacyServer } from '../support/fixture-servers.ts'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

test('a token makes as many calls a minute as is set, whichever way it comes, and others go on', async () => {
  await using omni2 = await Omni2.start()
  await using server = await legacyServer()
  await registerHealthy(omni2, 'old', { url: server.url })
  const { token } = await omni2.api.createToken({ body: { name: 'busy', role: 'agent' } })
  const { token: other } = await omni2.api.createToken({ body: { name: 'other', role: 'agent' } })
  const at = (path: string, secret = token) => ({ url: omni2.url, path, token: secret })
  await using old = await legacyClient(at('/mcp'))
  await using modern = await modernClient(at('/servers/old/mcp'))
  await using neighbour = await modernClient(at('/mcp', other))

  await omni2.api.updateSettings({ body: { gateway_calls_per_minute: 3 } })
  for (let call = 1; call <= 2; call++)
    expect(await old.call('old__echo', { text: 'a' })).toMatchObject({ isError: false })
  expect(await modern.call('echo', { text: 'b' })).toMatchObject({ isError: false })
  for (const call of [() => old.call('old__echo'), () => modern.call('echo')])
    await expect(call()).rejects.toThrow('More than 3 calls a minute with this token')
  const before = (await server.requests()).length
  const response = await fetch(`${omni2.url}/servers/old/mcp`, {
    method: 'POST',
    // The same token in other letters.
    headers: {
      authorization: `bearer  ${token}`,
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: {
        name: 'echo',
        arguments: {},
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  })
  expect(response.status).toBe(429)
  const seconds = Number(response.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(20)
  expect(await response.json()).toMatchObject({
    id: 7,
    error: { code: -32_000, data: { code: 'rate_limited', retry_after_seconds: seconds } },
  })
  expect(await server.requests()).toHaveLength(before)

  // Neither lists nor other tokens are concerned.
  expect((await old.client.listTools()).tools).toHaveLength(2)
  expect(await neighbour.call('old__echo', { text: 'c' })).toMatchObject({ isError: false })
  await omni2.api.updateSettings({ body: { gateway_calls_per_minute: null } })
  await expect(old.call('gone__echo')).rejects.toThrow('Unknown tool gone__echo')
  expect(await old.call('old__echo', { text: 'd' })).toMatchObject({ isError: false })

  // What no server was asked is not on the record, so that nobody fills the database with it.
  const recorded = async () => (await omni2.api.listCalls({ query: {} })).calls.length
  expect(await until(recorded, (count) => count >= 5)).toBe(5)
})

test('behind a trusted proxy wrong tokens count by the address it tells, and by its own scheme it is known', async () => {
  await using omni2 = await Omni2.start({ env: { OMNI2_TRUSTED_PROXIES: '1' } })
  const ask = async (authorization: string, headers: Record<string, string>) => {
    const init = {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', ...headers },
      body: '{}',
    }
    return (await fetch(`${omni2.url}/mcp`, init)).status
  }
  const [guesser, neighbour] = ['203.0.113.66', '198.51.100.7'].map((address) => ({ 'x-forwarded-for': address }))
  for (let guess = 0; guess < 20; guess++) expect(await ask(`Bearer guess-${guess}`, guesser ?? {})).toBe(401)
  expect(await ask('Bearer guess-20', guesser ?? {})).toBe(429)
  expect(await ask('Bearer stale', neighbour ?? {})).toBe(401)

  const origin = omni2.url.replace('http:', 'https:')
  const own = `Bearer ${omni2.adminToken}`
  expect(await ask(own, { origin })).toBe(403)
  expect(await ask(own, { origin, 'x-forwarded-proto': 'https' })).toBe(400)
})
