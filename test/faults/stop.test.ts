import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { legacyClient, modernClient } from '../support/gateway-clients.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { Omni2 } from '../support/omni2.ts'
import { type Exchange, only, rawServer } from '../support/raw-server.ts'

const CALLS = 200
/** Of the 10 s that Omni2 waits. */
const LAST_ENDS_MS = 9_000

test('none that ends within 10 s is cut, and all are on record', async (context) => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-fault-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  await using owned = new AsyncDisposableStack()
  const omni2 = owned.use(await Omni2.start({ dataDir }))
  const held: Exchange[] = []
  const upstreams = await Promise.all(
    Array.from({ length: 4 }, () => rawServer(only('tools/call', (exchange) => void held.push(exchange)))),
  )
  for (const [n, upstream] of upstreams.entries())
    await registerHealthy(omni2, `server-${n}`, { url: owned.use(upstream).url })
  const { token } = await omni2.api.createToken({ body: { name: 'agent', role: 'agent' } })
  const place = { url: omni2.url, path: '/mcp', token }
  const agents = [owned.use(await legacyClient(place)), owned.use(await modernClient(place))]
  const calls = Array.from({ length: CALLS }, (_, n) => agents[n % 2]?.call(`server-${(n >> 1) % 4}__echo`))
  await until(
    () => held.length,
    (count) => count === CALLS,
  )

  const stopping = omni2.process.end()
  const stoppedAt = performance.now()
  for (const { honest } of held) {
    await setTimeout(LAST_ENDS_MS / CALLS)
    honest()
  }
  const answers = await Promise.allSettled(calls)
  await stopping
  const seconds = ((performance.now() - stoppedAt) / 1_000).toFixed(1)
  const answered = answers.filter(({ status }) => status === 'fulfilled').length
  expect([answered, omni2.process.exitCode]).toEqual([CALLS, 0])

  await using again = await Omni2.start({ dataDir })
  const { calls: recorded } = await again.api.listCalls({ query: { limit: 1_000 } })
  expect(recorded.map(({ outcome }) => outcome)).toEqual(calls.map(() => 'ok'))
  measured(
    context,
    `told to stop with ${CALLS} calls in flight`,
    `${answered} of ${CALLS} answered in the ${seconds} s until it ended; ${recorded.length} on record`,
  )
})
