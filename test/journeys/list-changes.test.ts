import { afterAll, beforeAll, test } from 'vitest'
import { dualEraServer, type LegacyServer, legacyServer } from '../support/fixture-servers.ts'
import { check, heard, read, registerHealthy } from '../support/journey.ts'
import { type Live, Omni2 } from '../support/omni2.ts'

/** Far below the ten minutes until the next deep check, and enough for a busy machine. */
const SOON = { timeout: 20_000, interval: 100 }

let omni2: Omni2

beforeAll(async () => {
  omni2 = await Omni2.start()
})
afterAll(() => omni2?.stop())

const isListening = async (upstream: LegacyServer) => (await upstream.requests()).some(({ http }) => http === 'GET')

const changesOf = (live: Live, id: number) =>
  heard(live).flatMap((event) =>
    event.event_type === 'mcp_capabilities_changed' && event.event_data.server_id === id ? [event.event_data] : [],
  )

test.concurrent('a tool that a legacy server gains is told within seconds, though nobody asks', async ({ expect }) => {
  await using upstream = await legacyServer()
  await using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'growing', { url: upstream.url })
  await expect.poll(() => isListening(upstream), SOON).toBe(true)
  await upstream.behave({ tools: ['echo', 'add', 'subtract'] })
  await expect.poll(() => changesOf(live, id), SOON).toMatchObject([{ added: ['subtract'], removed: [], changed: [] }])
})

test.concurrent('and one that a modern server gains', async ({ expect }) => {
  await using upstream = await dualEraServer()
  await using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'growing-modern', { url: upstream.url })
  const rpcs = async () => (await upstream.requests()).map(({ rpc }) => rpc)
  await expect.poll(rpcs, SOON).toContain('subscriptions/listen')
  await upstream.setExtraTools(['more'])
  await expect.poll(() => changesOf(live, id), SOON).toMatchObject([{ added: ['more'], removed: [], changed: [] }])
})

test.concurrent('a server that only takes POST is healthy, and asked for a stream once', async ({ expect }) => {
  await using upstream = await legacyServer()
  await upstream.behave({ postOnly: true })
  const { id } = await registerHealthy(omni2, 'post-only', { url: upstream.url })
  await expect.poll(() => isListening(upstream), SOON).toBe(true)
  for (let n = 0; n < 3; n++) await check(omni2, id)
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', badges: [], reason_code: null })
  expect((await upstream.requests()).filter(({ http }) => http === 'GET')).toHaveLength(1)
})

test.concurrent('a disabled server is no more listened to', async ({ expect }) => {
  await using upstream = await legacyServer()
  await using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'put-away', { url: upstream.url })
  await expect.poll(() => isListening(upstream), SOON).toBe(true)
  await omni2.api.disableServer({ params: { id } })
  await expect.poll(() => upstream.sessionCount(), SOON).toBe(0)
  expect(changesOf(live, id)).toEqual([])
})
