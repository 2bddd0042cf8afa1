import { expect, test } from 'vitest'
import { ApiError, createClient } from './client.ts'

function recording(status: number, body: unknown) {
  const seen: { url: string; init: RequestInit | undefined }[] = []
  const fetch = async (url: string | URL | Request, init?: RequestInit) => {
    seen.push({ url: String(url), init })
    return typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
  }
  return { seen, client: createClient({ baseUrl: 'http://omni2.test/', token: 't0', fetch }) }
}

test('a call fills the path, the query and the headers', async () => {
  const { client, seen } = recording(200, { logs: [], next_cursor: null })
  const logs = await client.listHealthLogs({ params: { id: 7 }, query: { limit: 5, status: ['healthy', 'unknown'] } })
  expect(logs).toEqual({ logs: [], next_cursor: null })
  expect(seen[0]?.url).toBe('http://omni2.test/api/v1/mcp/servers/7/health-logs?limit=5&status=healthy%2Cunknown')
  expect(new Headers(seen[0]?.init?.headers).get('authorization')).toBe('Bearer t0')
  expect(seen[0]?.init?.body).toBeNull()
})

test('a path parameter cannot leave its place', async () => {
  const { client, seen } = recording(404, 'no')
  await client.callTool({ params: { id: 7, tool: '../../tokens?x' }, body: {} }).catch(() => {})
  expect(seen[0]?.url).toBe('http://omni2.test/api/v1/mcp/servers/7/tools/..%2F..%2Ftokens%3Fx/call')
})

test('null is a body of its own', async () => {
  const { client, seen } = recording(500, '')
  await client.setBreakerOverride({ params: { id: 7 }, body: null }).catch(() => {})
  expect(seen[0]?.init?.body).toBe('null')
})

test('an answer without a body is undefined', async () => {
  const fetch = async () => new Response(null, { status: 204 })
  expect(await createClient({ baseUrl: '', fetch }).deleteServer({ params: { id: 7 } })).toBeUndefined()
})

test('a refusal is an ApiError with its problem', async () => {
  const problem = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'No server 7', code: 'not_found' }
  const { client } = recording(404, problem)
  const error = await client.getServer({ params: { id: 7 } }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ message: 'No server 7', problem })
})

test("a proxy's page is told as a problem too", async () => {
  const { client } = recording(502, '<h1>Bad Gateway</h1>')
  await expect(client.listServers()).rejects.toMatchObject({ problem: { status: 502, code: 'internal' } })
})

test('an answer that is not what the table says is refused', async () => {
  await expect(recording(200, { servers: 'none' }).client.listServers()).rejects.toThrow()
})
