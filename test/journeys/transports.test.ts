import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChildServer } from '../support/child-server.ts'
import { check, read, registerHealthy, stdioDraft } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import {
  everythingHttp,
  everythingSse,
  everythingStdio,
  filesystemStdio,
  memoryStdio,
  modernProxy,
} from '../support/real-servers.ts'

let omni2: Omni2
let folder: string
const upstreams: ChildServer[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-journey-'))
  await writeFile(path.join(folder, 'hello.txt'), 'hello from a file')
  omni2 = await Omni2.start()
})

afterAll(async () => {
  await omni2?.stop()
  await Promise.all(upstreams.map((upstream) => upstream.kill()))
  await rm(folder, { recursive: true, force: true })
})

const at = (start: () => Promise<ChildServer>, protocol: 'http-streamable' | 'sse') => async () => {
  const upstream = await start()
  upstreams.push(upstream)
  return { protocol, url: upstream.url }
}

const NETWORK = ['connect', 'handshake', 'tools_list']
const PROCESS = ['spawn', 'handshake', 'tools_list']

const PEERS = [
  {
    name: 'everything-http',
    draft: at(everythingHttp, 'http-streamable'),
    era: 'legacy',
    version: '2025-11-25',
    stages: NETWORK,
    tool: 'echo',
    args: () => ({ message: 'over HTTP' }),
    says: 'over HTTP',
  },
  {
    name: 'everything-sse',
    draft: at(everythingSse, 'sse'),
    era: 'legacy',
    version: '2025-11-25',
    stages: NETWORK,
    tool: 'echo',
    args: () => ({ message: 'over SSE' }),
    says: 'over SSE',
  },
  {
    name: 'everything-modern',
    draft: at(modernProxy, 'http-streamable'),
    era: 'modern',
    version: '2026-07-28',
    stages: NETWORK,
    tool: 'echo',
    args: () => ({ message: 'in the modern era' }),
    says: 'in the modern era',
  },
  {
    name: 'everything-stdio',
    draft: async () => stdioDraft(everythingStdio()),
    era: 'legacy',
    version: '2025-11-25',
    stages: PROCESS,
    tool: 'echo',
    args: () => ({ message: 'over stdio' }),
    says: 'over stdio',
  },
  {
    name: 'filesystem',
    draft: async () => stdioDraft(filesystemStdio(folder)),
    era: 'legacy',
    version: '2025-11-25',
    stages: PROCESS,
    tool: 'read_text_file',
    args: () => ({ path: path.join(folder, 'hello.txt') }),
    says: 'hello from a file',
  },
  {
    name: 'memory',
    draft: async () => stdioDraft(memoryStdio(path.join(folder, 'graph.json'))),
    era: 'legacy',
    version: '2025-11-25',
    stages: PROCESS,
    tool: 'create_entities',
    args: () => ({ entities: [{ name: 'Ada', entityType: 'person', observations: ['wrote programs'] }] }),
    says: 'wrote programs',
  },
] as const

test.concurrent.each(PEERS)('$name is healthy, described as it is, listed, and its tools can be run', async (peer) => {
  const { id } = await registerHealthy(omni2, peer.name, await peer.draft())
  await omni2.api.reloadServer({ params: { id } })
  const server = await read(omni2, id)
  expect(server).toMatchObject({
    health_status: 'healthy',
    badges: [],
    reason_code: null,
    era: peer.era,
    protocol_version: peer.version,
    server_info: { name: expect.stringMatching(/./), version: expect.stringMatching(/\d/) },
    circuit: { state: 'closed', failure_count: 0 },
  })

  const listed = await omni2.api.getCapabilities({ params: { id } })
  expect(listed.tools.map(({ name }) => name)).toContain(peer.tool)
  expect(listed.dropped).toEqual([])
  expect(server).toMatchObject({
    tool_count: listed.tools.length,
    prompt_count: listed.prompts.length,
    resource_count: listed.resources.length,
  })
  expect(new Set(listed.tools.map(({ hash }) => hash)).size).toBe(listed.tools.length)
  expect(Date.parse(listed.seen_at ?? '')).toBeGreaterThanOrEqual(Date.parse(server.created_at))
  const tool = listed.tools.find(({ name }) => name === peer.tool)
  expect(tool).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), definition: { name: peer.tool } })

  const { health_result } = await check(omni2, id)
  expect(health_result).toMatchObject({ healthy: true, outcome: 'ok', tool_count: listed.tools.length, error: null })
  // The session is kept; a server may close the connection under it after seconds of silence.
  const stages = health_result.stages.map(({ stage }) => stage).filter((stage) => stage !== 'connect')
  expect(stages).toEqual(['handshake', 'tools_list'])
  const { logs } = await omni2.api.listHealthLogs({ params: { id } })
  expect(logs.at(-1)?.stages).toEqual(peer.stages.map((stage) => ({ stage, ok: true, ms: expect.any(Number) })))
  // A check that came due just then may have connected anew before the one that the reload asked for.
  const reloaded = logs.find(({ trigger }) => trigger === 'reload')?.stages.map(({ stage }) => stage)
  expect(reloaded?.slice(-2)).toEqual(['handshake', 'tools_list'])

  const call = { params: { id, tool: peer.tool }, body: { arguments: peer.args() } }
  const called = await omni2.api.callTool(call)
  expect(called).toMatchObject({ server_id: id, tool: peer.tool, outcome: 'ok', rpc_error: null, error: null })
  expect(JSON.stringify(called.result)).toContain(peer.says)
})
