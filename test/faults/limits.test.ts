import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { Crowd } from '../support/crowd.ts'
import { withFiles } from '../support/few-files.ts'
import { history } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import type { Omni2 } from '../support/omni2.ts'

const SERVERS = 400
const FILES = 256
const READERS = 200
const CLIENTS = 35
const HEAP_MIB = 128
const CALLS = 100
const CALL_MIB = 8
const MIB = 1024 * 1024

test('who finds no place is told to come back, and no server is called failed for it', async (context) => {
  await using crowd = await Crowd.start({ servers: SERVERS, origins: 20, omni2: { through: withFiles(FILES) } })
  const { omni2 } = crowd
  using witness = await omni2.live()
  const before = await history(omni2)
  await using owned = new AsyncDisposableStack()
  const readers: Answer[] = []
  for (let n = 0; n < READERS; n++) readers.push(await asReader(omni2, owned))
  const clients: Answer[] = []
  for (let n = 0; n < CLIENTS; n++) clients.push(await asClient(omni2, owned))
  expect((await fetch(`${omni2.url}/health/ready`)).status).toBe(200)

  const answers = (all: readonly Answer[]) => [...new Set(all.map((answer) => JSON.stringify(answer)))].sort()
  expect(answers(readers)).toEqual(answers([{ status: 101 }, TOLD]))
  expect(answers(clients)).toEqual(answers([{ status: 200 }, TOLD]))
  await crowd.untilChecked(2 * SERVERS)
  expect(witness.socket.readyState).toBe(WebSocket.OPEN)
  await owned.disposeAsync()
  expect(await history(omni2)).toEqual(before)
  const metrics = await crowd.metrics()
  expect(metrics.checks).toBe(metrics.checksWith('ok') + metrics.checksWith('inconclusive'))
  const refused = [...readers, ...clients].filter(({ status }) => status === 503).length
  measured(
    context,
    `${FILES} open files for ${SERVERS} servers, ${READERS} readers and ${CLIENTS} clients`,
    `${READERS + CLIENTS - refused} served, ${refused} told to come back`,
    `${metrics.checks} checks, ${metrics.checksWith('inconclusive')} of them inconclusive, 0 failed`,
  )
})

test('large answers that come at once are put off, and no server is called failed for it', async (context) => {
  const nodeArgs = [`--max-old-space-size=${HEAP_MIB}`]
  await using crowd = await Crowd.start({ servers: SERVERS, origins: 20, omni2: { nodeArgs } })
  const { omni2, upstream } = crowd
  const before = await history(omni2)
  await upstream.command('behave', { resultBytes: CALL_MIB * MIB, lastByteMs: 3_000 })
  const restMiB = await peakMiB(omni2)
  const call = async (n: number) =>
    (await omni2.api.callTool({ params: { id: (n % SERVERS) + 1, tool: 'look-up-1' }, body: {} })).outcome
  const outcomes = await Promise.all(Array.from({ length: CALLS }, (_, n) => call(n)))
  const grownMiB = (await peakMiB(omni2)) - restMiB
  const count = (outcome: string) => outcomes.filter((one) => one === outcome).length
  // An eighth of the heap for answers; what V8 lets lie outside of it (64 MiB) and the C library keeps; what waits for us.
  expect(grownMiB).toBeLessThan((CALLS * CALL_MIB * 3) / 8)
  expect(count('ok')).toBeGreaterThan(0)
  expect(count('ok') + count('inconclusive')).toBe(CALLS)
  await crowd.untilChecked(2 * SERVERS)
  // Who was not looked at for long enough is unknown for a while, which is no failure.
  const changes = (await history(omni2, before.at(-1)?.seq)).flatMap((event) =>
    event.event_type === 'mcp_status_change' ? [event.event_data.new_status] : [event.event_type],
  )
  expect(changes.filter((change) => change !== 'unknown' && change !== 'healthy')).toEqual([])
  expect(await call(0)).toBe('ok')
  measured(
    context,
    `${HEAP_MIB} MiB of heap for ${SERVERS} servers and ${CALLS} calls at once that answer ${CALL_MIB} MiB each`,
    `${count('ok')} answered, ${count('inconclusive')} inconclusive, 0 failed`,
    `${grownMiB.toFixed(0)} MiB more memory`,
  )
})

/** The most memory it ever had, by what Linux tells. */
async function peakMiB({ process }: Omni2): Promise<number> {
  const status = await readFile(`/proc/${process.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

type Answer = { readonly status: number | undefined; readonly retryAfter?: string | undefined }

const TOLD: Answer = { status: 503, retryAfter: '5' }

/** Reads the live feed, until its owner goes. */
async function asReader(omni2: Omni2, owned: AsyncDisposableStack): Promise<Answer> {
  const socket = new WebSocket(`${omni2.url.replace('http', 'ws')}/ws`, { headers: asAdmin(omni2) })
  owned.defer(() => socket.terminate())
  const { promise, resolve } = Promise.withResolvers<Answer>()
  socket.on('open', () => resolve({ status: 101 })).on('error', () => resolve({ status: undefined }))
  socket.on('unexpected-response', (_request, response) => {
    resolve(answerOf(response))
    socket.terminate()
  })
  return promise
}

/** Asks on a connection of its own, which stays until its owner goes. */
async function asClient(omni2: Omni2, owned: AsyncDisposableStack): Promise<Answer> {
  const agent = new Agent({ keepAlive: true })
  owned.defer(() => agent.destroy())
  const [response]: IncomingMessage[] = await once(
    get(`${omni2.url}/api/v1/mcp/servers?limit=1`, { agent, headers: asAdmin(omni2) }),
    'response',
  )
  if (!response) throw new Error('a response comes with its event')
  await once(response.resume(), 'end')
  return answerOf(response)
}

const asAdmin = ({ adminToken }: Omni2) => ({ authorization: `Bearer ${adminToken}` })

const answerOf = ({ statusCode, headers }: IncomingMessage): Answer =>
  statusCode === 503 ? { status: statusCode, retryAfter: headers['retry-after'] } : { status: statusCode }
