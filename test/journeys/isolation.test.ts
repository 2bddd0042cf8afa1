import { expect, test } from 'vitest'
import { legacyServer } from '../support/fixture-servers.ts'
import { check, read, register, registerHealthy, until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { type Port, silentPort } from '../support/ports.ts'

const PATIENT = { timeout_seconds: 300 }

test('servers that hang delay neither the answers nor the checks of others', async () => {
  await using ports = new AsyncDisposableStack()
  const open = async () => ports.use(await silentPort())
  await using upstream = await legacyServer()
  await using omni2 = await Omni2.start()
  const hangs = async (port: Port, name: string) => (await register(omni2, name, { url: port.url, ...PATIENT })).id
  const crowd = await open()
  const hung: number[] = []
  for (let n = 0; n < 20; n++) hung.push(await hangs(await open(), `hangs-${n}`))
  for (let n = 0; n < 20; n++) await hangs(crowd, `crowd-${n}`)
  const states = () => Promise.all(hung.map((id) => read(omni2, id)))
  const waiting = (servers: Awaited<ReturnType<typeof states>>) =>
    servers.every(({ next_check_at, last_health_check }) => next_check_at === null && last_health_check === null)
  await until(states, waiting)

  const names = Array.from({ length: 5 }, (_, n) => `well-${n}`)
  const draft = { url: upstream.url, check_interval_seconds: 5 }
  const well = await Promise.all(names.map((name) => registerHealthy(omni2, name, draft)))
  const answers = await Promise.all(well.map(({ id }) => check(omni2, id)))
  expect(answers.map(({ health_result }) => health_result.outcome)).toEqual(names.map(() => 'ok'))
  for (const { id } of well) {
    await until(
      async () => (await omni2.api.listHealthLogs({ params: { id }, query: { trigger: 'scheduled' } })).logs,
      (logs) => logs.length >= 2 && logs.every(({ outcome }) => outcome === 'ok'),
    )
  }
  const now = await Promise.all(well.map(({ id }) => read(omni2, id)))
  expect(now.map(({ health_status, badges }) => ({ health_status, badges }))).toEqual(
    names.map(() => ({ health_status: 'healthy', badges: [] })),
  )
  expect(waiting(await states())).toBe(true)
  expect((await fetch(`${omni2.url}/health/live`)).status).toBe(200)
  await omni2.process.end()
  expect(omni2.process.exitCode).toBe(0)
})
