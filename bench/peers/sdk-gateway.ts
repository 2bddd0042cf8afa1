import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { Server } from '@modelcontextprotocol/server'

/** The least gateway that can be made of the SDK: a session for each client, one client for all to the upstream. */
const [port = '', url = ''] = process.argv.slice(2)
const upstream = new Client({ name: 'gateway', version: '1.0.0' })
await upstream.connect(new StreamableHTTPClientTransport(new URL(url)))
const sessions = new Map<string, NodeStreamableHTTPServerTransport>()

createServer(async (request, response) => {
  const id = request.headers['mcp-session-id']
  const known = typeof id === 'string' ? sessions.get(id) : undefined
  await (known ?? (await opened())).handleRequest(request, response)
}).listen(Number(port), '127.0.0.1')

async function opened(): Promise<NodeStreamableHTTPServerTransport> {
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  })
  const server = new Server({ name: 'gateway', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/call', ({ params }) => upstream.callTool(params))
  await server.connect(transport)
  return transport
}
