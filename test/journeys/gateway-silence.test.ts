import { expect, test } from 'vitest'
import { until } from '../support/journey.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const VERSION = '2026-07-28'
const META = 'io.modelcontextprotocol/'
const CLIENT = { name: 'silent', version: '1.0.0' }

/** A stream, and what came on it so far. */
function read(response: Response) {
  const stream = { text: '' }
  const listen = async () => {
    for await (const piece of response.body ?? []) stream.text += Buffer.from(piece).toString()
  }
  listen().catch(() => {})
  return stream
}

test('a stream on which there is nothing to say is never silent for 30 s, in either era', async () => {
  await using omni2 = await Omni2InFakeTime.start()
  const headers = { ...JSON_TYPE, authorization: `Bearer ${omni2.adminToken}` }
  const post = (body: object, more: Record<string, string> = {}) =>
    fetch(`${omni2.url}/mcp`, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: CLIENT }
  const session = (await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params })).headers.get('mcp-session-id')
  const legacy = read(await fetch(`${omni2.url}/mcp`, { headers: { ...headers, 'mcp-session-id': `${session}` } }))
  const _meta = {
    [`${META}protocolVersion`]: VERSION,
    [`${META}clientInfo`]: CLIENT,
    [`${META}clientCapabilities`]: {},
  }
  const listen = { method: 'subscriptions/listen', params: { _meta, notifications: { toolsListChanged: true } } }
  const modern = read(
    await post(
      { jsonrpc: '2.0', id: 1, ...listen },
      { 'mcp-protocol-version': VERSION, 'mcp-method': 'subscriptions/listen' },
    ),
  )
  await until(
    async () => modern.text,
    (text) => text.includes('subscriptions/acknowledged'),
  )
  const comments = () => [legacy, modern].map(({ text }) => text.split(': keep-alive\n\n').length - 1)
  for (const times of [1, 2, 3]) {
    await omni2.clock.advance(30_000)
    await until(
      async () => comments(),
      (counts) => counts.every((count) => count >= times),
    )
  }
  expect(Math.max(...comments())).toBeLessThanOrEqual(4)
})
