import { expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fakes.ts'
import { MemoryTokens } from '../../test/support/memory-tokens.ts'
import { setUpServer } from '../../test/support/server-setup.ts'
import { readiness } from './ready.ts'
import { ownHealthHandlers } from './routes/own-health.ts'

test('it is ready once it has started and its database answers', async () => {
  const store = new MemoryTokens()
  const clock = new FakeClock()
  const ask = (started: boolean, storing = true) =>
    readiness({ store, clock, started: () => started, storing: () => storing })
  expect(await ask(false)).toEqual({
    status: 'not_ready',
    checks: [
      { name: 'started', ok: false },
      { name: 'store', ok: true },
    ],
  })
  expect((await ask(true)).status).toBe('ok')
  expect((await ask(true, false)).checks).toContainEqual({ name: 'store', ok: false })
  store.broken = new Error('database is gone')
  expect(await ask(true)).toMatchObject({ status: 'not_ready', checks: [{ ok: true }, { name: 'store', ok: false }] })
})

test('a database that says nothing for 2 s is not ready', async () => {
  const clock = new FakeClock()
  const asked = readiness({
    store: { ping: () => new Promise(() => {}) },
    clock,
    started: () => true,
    storing: () => true,
  })
  await clock.advance(2_000)
  expect((await asked).status).toBe('not_ready')
})

test('anyone may ask; not ready is 503 and still bare', async () => {
  let started = false
  const metrics = { text: async () => 'omni2_up 1\n' }
  const store = new MemoryTokens()
  const { withRoutes, token } = await setUpServer({
    handlers: ownHealthHandlers({
      store,
      clock: new FakeClock(),
      started: () => started,
      storing: () => true,
      metrics,
    }),
  })
  const app = withRoutes()
  expect((await app.inject({ url: '/health/live' })).json()).toEqual({ status: 'ok' })
  const early = await app.inject({ url: '/health/ready' })
  expect([early.statusCode, early.headers['retry-after'], early.json().status]).toEqual([503, '5', 'not_ready'])
  started = true
  expect((await app.inject({ url: '/health/ready' })).statusCode).toBe(200)

  expect((await app.inject({ url: '/metrics' })).statusCode).toBe(401)
  const scraped = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${await token('viewer')}` } })
  expect([scraped.headers['content-type'], scraped.body]).toEqual([
    'text/plain; version=0.0.4; charset=utf-8',
    'omni2_up 1\n',
  ])
  await app.close()
})
