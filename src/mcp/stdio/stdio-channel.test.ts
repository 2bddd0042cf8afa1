import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runningPids, STDIO_SERVER, stdioBench, within } from '../../../test/support/stdio.ts'
import { systemClock } from '../../server/system-clock.ts'
import { ByteBudget } from '../byte-budget.ts'
import { CALL_LIMITS, CHECK_LIMITS, UpstreamFault } from '../channel.ts'
import { StageTrace } from '../stage-trace.ts'

let bench: Awaited<ReturnType<typeof stdioBench>>
beforeEach(async () => {
  bench = await stdioBench()
})
afterEach(() => bench.end())

const faultOfRejected = async (work: Promise<unknown>): Promise<UpstreamFault> => {
  const error = await work.then(
    () => new Error('it should have failed'),
    (reason) => reason,
  )
  if (error instanceof UpstreamFault) return error
  throw error
}

test('many requests are in flight at once, and each gets its own reply', async () => {
  const { channel } = bench.channel()
  await channel.open(within())
  const replies = await Promise.all(
    [30, 10, 20].map((ms) => channel.request('late', { ms, word: `after ${ms}` }, within())),
  )
  expect(replies).toEqual([30, 10, 20].map((ms) => ({ result: { ms, word: `after ${ms}` } })))
})
test('a JSON-RPC error is a reply', async () => {
  const { channel } = bench.channel()
  await channel.open(within())
  const error = { code: -32602, message: 'no such thing', data: { why: 'because' } }
  expect(await channel.request('refuse', {}, within())).toEqual({ error })
})
test('notifications are heard, and requests of the server answered', async () => {
  const { channel, notified } = bench.channel()
  await channel.open(within())
  await channel.request('notify', {}, within())
  expect(notified).toEqual([{ method: 'notifications/tools/list_changed', params: {} }])
  await channel.request('ask', {}, within())
  await vi.waitFor(async () => {
    const reply = await channel.request('received', {}, within())
    expect(reply).toMatchObject({
      result: {
        received: expect.arrayContaining([
          { jsonrpc: '2.0', id: 'a', result: {} },
          { jsonrpc: '2.0', id: 'b', error: { code: -32601, message: 'roots/list is not supported' } },
        ]),
      },
    })
  })
})
test('leaving a request tells the server', async () => {
  const { channel } = bench.channel()
  await channel.open(within())
  const caller = new AbortController()
  const reason = new Error('the caller left')
  const request = channel.request('silent', {}, { ...within(), signal: caller.signal })
  caller.abort(reason)
  await expect(request).rejects.toBe(reason)
  expect(await channel.request('received', {}, within())).toMatchObject({
    result: {
      received: expect.arrayContaining([
        { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      ]),
    },
  })
})
test('starting is the stage "spawn", and done once for many callers', async () => {
  const { channel } = bench.channel()
  const trace = new StageTrace(bench.clock, 'spawn')
  await Promise.all([channel.open({ ...within(), trace }), channel.open(within())])
  expect(trace.results).toMatchObject([{ stage: 'spawn', ok: true }])
  expect(channel.alive).toBe(true)
  const grown = [...(await bench.processes.scan())].filter((row) => row.parentPid === process.pid)
  await channel.open(within())
  expect([...(await bench.processes.scan())].filter((row) => row.parentPid === process.pid)).toEqual(grown)
})
test('a command that is not there says so, as does a directory', async () => {
  const nowhere = bench.channel({ launch: { command: 'no-such-command', args: [], env: {} } })
  const fault = await faultOfRejected(nowhere.channel.open(within()))
  expect(fault).toMatchObject({ outcome: 'connect', failure: { code: 'spawn_failed', stage: 'spawn' } })
  expect(fault.message).toBe('"no-such-command" could not be started: there is no such command')
  const lost = await faultOfRejected(bench.channel({ cwd: '/no/such/place' }).channel.open(within()))
  expect(lost.message).toContain('its working directory /no/such/place does not exist')
  const data = await faultOfRejected(
    bench.channel({ launch: { command: STDIO_SERVER, args: [], env: {} } }).channel.open(within()),
  )
  expect(data.message).toContain('it may not be executed')
})
test('the child sees its entry and a few names of ours, and nothing else', async () => {
  const environment = {
    PATH: process.env.PATH,
    HOME: '/home/someone',
    LC_ALL: 'C',
    NODE_OPTIONS: '--require=/evil.js',
    LD_PRELOAD: '/evil.so',
    OMNI2_SECRET_KEY: 'canary',
    DATABASE_URL: 'postgres://canary',
    AWS_SECRET_ACCESS_KEY: 'canary',
  }
  const { channel } = bench.channel({ environment, env: { TOKEN: 'of the entry', DATABASE_URL: 'of the entry' } })
  await channel.open(within())
  expect(await channel.request('environment', {}, within())).toEqual({
    result: {
      PATH: process.env.PATH,
      HOME: '/home/someone',
      LC_ALL: 'C',
      TOKEN: 'of the entry',
      DATABASE_URL: 'of the entry',
      OMNI2_TREE: expect.stringMatching(/^[0-9a-f-]{36}\.\d+\./),
    },
  })
})
test('an exit fails what is in flight with its code and last words, less the secrets', async () => {
  const { channel, exits } = bench.channel({ env: { TOKEN: 'hunter2-canary' } })
  await channel.open(within())
  await channel.request('complain', { text: 'my token is hunter2-canary' }, within())
  const fault = await faultOfRejected(channel.request('exit', { code: 3 }, within()))
  const failure = {
    code: 'process_exited',
    stage: 'spawn',
    message: `"${process.execPath}" exited with code 3: fatal: no database`,
  }
  expect(fault).toMatchObject({ outcome: 'connect', failure })
  expect(exits).toEqual([fault.failure])
  expect(channel.alive).toBe(false)
  expect(channel.stderr()).toBe('my token is ***\nfatal: no database\n')
})
test('what it wrote to stderr is kept across restarts', async () => {
  const { channel, exits } = bench.channel()
  expect(channel.stderr()).toBeUndefined()
  await channel.open(within())
  await faultOfRejected(channel.request('exit', { code: 0 }, within()))
  await bench.clock.advance(1_000)
  await channel.open(within())
  await channel.request('complain', { text: 'second run' }, within())
  expect(channel.stderr()).toBe('fatal: no database\nsecond run\n')
  expect(exits).toHaveLength(1)
})
test('log lines on stdout are passed over and shown with stderr, up to a bound', async () => {
  const { channel, exits } = bench.channel()
  await channel.open(within())
  for (const lines of [60, 60]) expect(await channel.request('log', { lines }, within())).toEqual({ result: {} })
  expect(channel.stderr()).toContain('[stdout] Listening, line 0\n')
  const fault = await faultOfRejected(channel.request('log', { lines: 101 }, within()))
  expect(fault).toMatchObject({ outcome: 'protocol', failure: { code: 'invalid_response' } })
  expect(fault.message).toContain('it wrote 101 lines to stdout in answer to nothing')
  expect(exits).toHaveLength(1)
})
test('a reply with a wrong id answers nothing, and the timeout says so', async () => {
  const { channel } = bench.channel()
  await channel.open(within())
  const caller = new AbortController()
  const request = channel.request('wrong_id', {}, { ...within(), signal: caller.signal })
  await vi.waitFor(() => expect(channel.stderr()).toContain('4711'))
  caller.abort(new DOMException('too late', 'TimeoutError'))
  const fault = await faultOfRejected(request)
  expect(fault).toMatchObject({ outcome: 'protocol', failure: { code: 'timeout' } })
  expect(fault.message).toContain('it wrote a line to stdout in answer to nothing')
})
test('a reply that comes after its caller left disturbs nobody, however large it is', async () => {
  const { channel, exits } = bench.channel()
  await channel.open(within())
  const caller = new AbortController()
  const held = channel.request('hold', { bytes: 5_000_000 }, { ...within(), signal: caller.signal })
  caller.abort(new Error('the caller left'))
  await expect(held).rejects.toThrow('the caller left')
  const release = channel.request('release', {}, { ...within(), limits: CHECK_LIMITS })
  expect(await release).toEqual({ result: {} })
  expect(exits).toEqual([])
})
test('a reply that is none, too deep or too large fails its request only', async () => {
  const { channel } = bench.channel()
  await channel.open(within())
  const check = { ...within(), limits: CHECK_LIMITS }
  const other = channel.request('late', { ms: 300 }, within())
  expect(await faultOfRejected(channel.request('malformed', {}, check))).toMatchObject({
    failure: { code: 'invalid_response' },
  })
  expect(await faultOfRejected(channel.request('deep', { depth: 5_000 }, check))).toMatchObject({
    failure: { code: 'invalid_response' },
  })
  expect(await faultOfRejected(channel.request('large', { bytes: 5_000_000 }, check))).toMatchObject({
    outcome: 'protocol',
    failure: { code: 'response_too_large' },
  })
  expect(await other).toEqual({ result: { ms: 300 } })
})
test('a reply of any length fails its request only, and a notification nobody', async () => {
  const { channel, exits } = bench.channel({ clock: systemClock })
  await channel.open(within())
  const bytes = CALL_LIMITS.maxBytes + 1
  const other = channel.request('late', { ms: 500 }, within())
  for (const method of ['large', 'large_last']) {
    const fault = await faultOfRejected(channel.request(method, { bytes }, within()))
    expect(fault).toMatchObject({ outcome: 'protocol', failure: { code: 'response_too_large' } })
    expect(fault.message).toContain(`to ${method} is larger than 16777216 bytes`)
  }
  expect(await channel.request('shout', { bytes }, within())).toEqual({ result: {} })
  expect(await other).toEqual({ result: { ms: 500 } })
  const silent = faultOfRejected(channel.request('silent', {}, within()))
  await faultOfRejected(channel.request('buried', { bytes }, within()))
  expect(await silent).toMatchObject({ failure: { code: 'response_too_large' } })
  expect(await channel.request('echo', {}, within())).toEqual({ result: {} })
  expect(exits).toEqual([])
})

test('a line that never ends costs bounded memory and the process', async () => {
  const { channel, exits } = bench.channel()
  await channel.open(within())
  const { result } = { result: undefined, ...(await channel.request('grandchild', {}, within())) }
  const before = process.memoryUsage().rss
  const fault = await faultOfRejected(channel.request('endless', {}, { ...within(), limits: CHECK_LIMITS }))
  expect(fault).toMatchObject({ outcome: 'protocol', failure: { code: 'response_too_large' } })
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  expect(channel.alive).toBe(false)
  expect(exits).toHaveLength(1)
  await vi.waitFor(async () => expect((await runningPids()).has(Number(result?.pid))).toBe(false))
})
test('a server that does not read its stdin is not written to without bound', async () => {
  const { channel } = bench.channel()
  await channel.open(within())
  await channel.request('deaf', {}, within())
  const text = 'x'.repeat(4 * 1024 * 1024)
  const caller = new AbortController()
  const requests = Array.from({ length: 8 }, () =>
    channel.request('echo', { text }, { ...within(), signal: caller.signal }),
  )
  const refused = await faultOfRejected(Promise.race(requests))
  expect(refused).toMatchObject({ outcome: 'protocol', failure: { code: 'timeout' } })
  expect(refused.message).toContain('does not read its stdin')
  caller.abort()
  const ends = await Promise.allSettled(requests)
  expect(ends.filter((end) => end.status === 'rejected' && end.reason instanceof UpstreamFault).length).toBeGreaterThan(
    3,
  )
})
test('a server that closes its stdout is ended', async () => {
  const { channel, exits } = bench.channel()
  await channel.open(within())
  const fault = await faultOfRejected(channel.request('close_stdout', {}, within()))
  expect(fault).toMatchObject({ outcome: 'connect', failure: { code: 'process_exited' } })
  expect(exits).toHaveLength(1)
})
test('after a crash it waits, but not for a person who asks', async () => {
  const { channel } = bench.channel()
  await channel.open(within())
  await faultOfRejected(channel.request('exit', { code: 3 }, within()))
  const fault = await faultOfRejected(channel.open(within()))
  expect(fault).toMatchObject({ outcome: 'connect', failure: { code: 'process_exited', stage: 'spawn' } })
  expect(fault.message).toMatch(/exited with code 3: fatal: no database; next start in 1 s$/)
  await channel.open({ ...within(), onDemand: true })
  expect(channel.alive).toBe(true)
})
test('a crash loop is bounded: at most 12 starts in 10 minutes', async () => {
  const { channel, exits } = bench.channel({ args: ['-e', 'process.exit(1)'] })
  let starts = 0
  for (let second = 0; second < 600; second++) {
    const isStarted = await channel.open(within()).then(
      () => true,
      () => false,
    )
    if (isStarted) starts++
    await vi.waitFor(() => expect(exits).toHaveLength(starts), { timeout: 10_000, interval: 5 })
    await bench.clock.advance(1_000)
  }
  expect(starts).toBeLessThanOrEqual(12)
  expect(starts).toBeGreaterThan(8)
}, 30_000)
test('a second start in one contact waits for no delay, and counts like any other', async () => {
  const { channel, exits } = bench.channel({ args: ['-e', 'process.exit(1)'] })
  const start = async () => {
    await channel.open({ ...within(), again: true })
    await vi.waitFor(() => expect(channel.alive).toBe(false), { timeout: 10_000, interval: 5 })
  }
  for (let n = 0; n < 12; n++) await start()
  expect((await faultOfRejected(start())).message).toMatch(/next start in 600 s$/)
  expect(exits).toHaveLength(12)
}, 30_000)
test('closing is no crash: it can be opened again at once', async () => {
  const { channel, exits } = bench.channel()
  await channel.open(within())
  const inFlight = faultOfRejected(channel.request('silent', {}, within()))
  await channel.close()
  expect(await inFlight).toMatchObject({ outcome: 'cancelled' })
  expect(exits).toEqual([])
  await channel.open(within())
  expect(channel.alive).toBe(true)
})
test('closing while it starts leaves nothing behind', async () => {
  const { channel } = bench.channel()
  const opening = faultOfRejected(channel.open(within()))
  await channel.close()
  expect(await opening).toMatchObject({ outcome: 'cancelled' })
  const mine = (await bench.processes.scan()).filter((row) => row.parentPid === process.pid)
  expect(mine.map((row) => row.pid)).toEqual([bench.processes.guardianPid])
})
test('its first answer may take longer than the later ones', async () => {
  const { channel } = bench.channel()
  expect(channel.deadlineMs(10_000)).toBe(30_000)
  expect(channel.deadlineMs(60_000)).toBe(60_000)
  await channel.open(within())
  await channel.request('echo', {}, within())
  expect(channel.deadlineMs(10_000)).toBe(10_000)
})
test('a reply there is no room for is put off, and the process goes on', async () => {
  const { channel, exits } = bench.channel({ memory: new ByteBudget(100_000) })
  await channel.open(within())
  const small = channel.request('late', { ms: 300, word: 'later' }, within())
  const fault = await faultOfRejected(channel.request('large', { bytes: 3_000_000 }, within()))
  expect(fault).toMatchObject({ outcome: 'inconclusive', failure: { message: expect.stringContaining('at once') } })
  expect(await small).toEqual({ result: { ms: 300, word: 'later' } })
  expect(await channel.request('large', { bytes: 50_000 }, within())).toMatchObject({ result: {} })
  expect(exits).toEqual([])
})
test('whose reply it was is not said at either end: whoever waits is put off', async () => {
  const { channel, exits } = bench.channel({ memory: new ByteBudget(100_000) })
  await channel.open(within())
  const silent = faultOfRejected(channel.request('silent', {}, within()))
  await faultOfRejected(channel.request('buried', { bytes: 3_000_000 }, within()))
  expect(await silent).toMatchObject({ outcome: 'inconclusive' })
  expect(exits).toEqual([])
})
