import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, test } from 'vitest'
import { legacyServer } from '../support/fixture-servers.ts'
import { breaks, check, heard, history, read, registerHealthy, until, untilStatus } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

const require = createRequire(import.meta.url)
const OVER_STDIO = require.resolve('../fixtures/mcp-over-stdio.ts')
let omni2: Omni2

beforeAll(async () => {
  omni2 = await Omni2.start()
  await omni2.api.setBreakerConfig({ body: { timeout_seconds: 1 } })
})
afterAll(() => omni2?.stop())

test.concurrent('a server that dies and returns passes through every status, and all who ask or listen are told the same', async ({
  expect,
}) => {
  await using upstream = await legacyServer()
  using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'phoenix', { url: upstream.url, check_interval_seconds: 5 })

  await upstream.kill()
  await check(omni2, id)
  expect(await read(omni2, id)).toMatchObject({ health_status: 'healthy', badges: ['suspect'] })
  await until(
    () => check(omni2, id),
    ({ health_status }) => health_status === 'disconnected',
  )
  const opened = await until(
    () => check(omni2, id),
    ({ health_status }) => health_status === 'circuit_open',
  )
  expect(opened.circuit).toEqual({ state: 'open', failure_count: 5 })
  expect(await read(omni2, id)).toMatchObject({ reason_code: 'circuit_open', circuit: { state: 'open' } })
  await expect(omni2.api.callTool({ params: { id, tool: 'echo' } })).rejects.toMatchObject({
    problem: { status: 503, code: 'circuit_open' },
  })

  await until(
    async () => (await read(omni2, id)).circuit.failure_cycles,
    (cycles) => cycles > 0,
  )
  await upstream.restart()
  const back = await untilStatus(omni2, id, 'healthy')
  expect(back).toMatchObject({ badges: [], reason_code: null, circuit: { state: 'closed', failure_count: 0 } })

  const STATUSES = [
    'unknown -> healthy',
    'healthy -> disconnected',
    'disconnected -> circuit_open',
    'circuit_open -> healthy',
  ]
  await expect.poll(() => live.statuses('phoenix')).toEqual(STATUSES)
  expect(breaks(heard(live))).toEqual([])
  const circuits = heard(live).flatMap((event) =>
    event.event_type === 'circuit_breaker_state' && event.event_data.server_id === id
      ? [`${event.event_data.old_state} -> ${event.event_data.new_state}`]
      : [],
  )
  expect(circuits.slice(0, 3)).toEqual(['closed -> open', 'open -> half_open', 'half_open -> open'])
  expect(circuits.slice(-2)).toEqual(['open -> half_open', 'half_open -> closed'])
  const [first] = heard(live)
  await until(
    () => history(omni2, (first?.seq ?? 0) - 1),
    (events) => isDeepStrictEqual(events, heard(live)),
  )
  const { servers } = await omni2.api.listServers({ query: { q: 'phoenix' } })
  expect(servers).toMatchObject([{ id, health_status: 'healthy', circuit: back.circuit }])

  using late = await omni2.live(`?since_seq=${heard(live)[2]?.seq}`)
  await until(
    () => heard(late),
    (events) => isDeepStrictEqual(events, heard(live).slice(3)),
  )
  expect(late.messages.some((message) => 'type' in message && message.type === 'initial_status')).toBe(false)

  const { logs } = await omni2.api.listHealthLogs({ params: { id }, query: { trigger: 'canary', limit: 100 } })
  expect(logs.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['connect', 'ok']))
})

test.concurrent('a child process that exits is an outage at once, and the server is started again', async ({
  expect,
  onTestFinished,
}) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'omni2-journey-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const pids = path.join(folder, 'pids')
  using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'child', {
    command: process.execPath,
    args: [OVER_STDIO],
    env: { PID_FILE: pids },
    check_interval_seconds: 86_400,
  })
  const runs = async () => (await readFile(pids, 'utf8')).trim().split('\n')
  const before = (await runs()).length
  const [pid] = (await runs()).at(-1)?.split(' ') ?? []
  process.kill(Number(pid), 'SIGKILL')
  await expect
    .poll(() => live.statuses('child').slice(1), { timeout: 45_000 })
    .toEqual(['healthy -> disconnected', 'disconnected -> healthy'])
  const fall = heard(live).find(
    ({ event_type, event_data }) =>
      event_type === 'mcp_status_change' && 'new_status' in event_data && event_data.new_status === 'disconnected',
  )
  expect(fall?.event_data).toMatchObject({ server_id: id, reason_code: 'process_exited', severity: 'high' })
  expect((await runs()).length).toBeGreaterThan(before)
})

test.concurrent('tools that come and go are told by name', async ({ expect }) => {
  await using upstream = await legacyServer()
  await upstream.behave({ tools: ['echo', 'add'] })
  using live = await omni2.live()
  const { id } = await registerHealthy(omni2, 'changing', { url: upstream.url })
  await upstream.behave({ tools: ['add', 'subtract', 'multiply'] })
  await check(omni2, id)
  await expect
    .poll(() => heard(live).filter(({ event_type }) => event_type === 'mcp_capabilities_changed'))
    .toMatchObject([
      {
        event_data: {
          server_id: id,
          mcp_name: 'changing',
          added: ['subtract', 'multiply'],
          removed: ['echo'],
          changed: [],
        },
      },
    ])
  expect(await read(omni2, id)).toMatchObject({ tool_count: 3 })
  const { tools } = await omni2.api.getCapabilities({ params: { id } })
  expect(tools.map(({ name }) => name)).toEqual(['add', 'subtract', 'multiply'])
})
