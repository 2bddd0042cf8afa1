import { describe, expect, test } from 'vitest'
import { silentPort } from '../../test/support/ports.ts'
import { type Answer, only, rawServer } from '../../test/support/raw-server.ts'
import { aServerAt, HeldClock, httpTarget, someUpstreams } from '../../test/support/upstreams.ts'
import { Secret } from '../core/config/secret.ts'
import { serverId } from '../core/ids.ts'
import { type Channel, type ChannelListener, type Launch, type Reply, UpstreamFault } from './channel.ts'

const CHECK_MS = 10_000
const FIRST_BYTE_MS = 5_000

describe('a check that hangs', () => {
  test.each([
    ['server/discover', 'handshake'],
    ['initialize', 'handshake'],
    ['notifications/initialized', 'handshake'],
    ['tools/list', 'tools_list'],
  ])('in %s ends at its deadline, and names the stage', async (method, stage) => {
    await using server = await rawServer(only(method, () => {}))
    const clock = new HeldClock()
    await using bench = someUpstreams({ clock })
    const check = bench.deep(aServerAt(server.url))
    await expect.poll(() => server.asked).toContain(method)
    expect(clock.fire(CHECK_MS)).toBe(1)
    expect(await check).toMatchObject({ outcome: 'protocol', failure: { code: 'timeout', stage } })
    await expect.poll(() => server.connections.open.size).toBe(0)
    expect(clock.waiting.filter((ms) => ms !== 2_000)).toEqual([])
  })

  test('after half an answer ends at its deadline too', async () => {
    await using server = await rawServer(
      only('initialize', ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).write('{')),
    )
    const clock = new HeldClock()
    await using bench = someUpstreams({ clock })
    const check = bench.deep(aServerAt(server.url))
    await expect.poll(() => server.asked).toContain('initialize')
    clock.fire(CHECK_MS)
    expect(await check).toMatchObject({ outcome: 'protocol', failure: { code: 'timeout', stage: 'handshake' } })
  })

  test('in the TLS handshake names that', async () => {
    await using port = await silentPort()
    const clock = new HeldClock()
    await using bench = someUpstreams({ clock })
    const check = bench.shallow(aServerAt(port.url.replace('http:', 'https:'), { timeoutMs: 2_000 }))
    await expect.poll(() => clock.waiting).toContain(3_000)
    // The connection is made, and then nothing comes.
    await new Promise((resolve) => setImmediate(resolve))
    clock.fire(2_000)
    expect(await check).toMatchObject({
      outcome: 'protocol',
      failure: { code: 'timeout' },
      stages: [{}, { ok: false }],
    })
  })

  test('on a kept connection is tried once on a fresh one, after half the time', async () => {
    await using server = await rawServer()
    const clock = new HeldClock()
    await using bench = someUpstreams({ clock })
    await bench.shallow(aServerAt(server.url))
    let hangs = true
    server.answer = only('ping', ({ honest }) => {
      if (!hangs) honest()
      hangs = false
    })
    const check = bench.shallow(aServerAt(server.url))
    await expect.poll(() => server.asked).toContain('ping')
    expect(clock.fire(FIRST_BYTE_MS)).toBe(1)
    expect(await check).toMatchObject({ outcome: 'ok' })
    expect(server.connections.accepted).toBe(2)
  })

  test('is cancelled when its caller leaves, which says nothing of the server', async () => {
    await using server = await rawServer(only('initialize', () => {}))
    await using bench = someUpstreams()
    const caller = new AbortController()
    const check = bench.shallow(aServerAt(server.url), caller.signal)
    await expect.poll(() => server.asked).toContain('initialize')
    caller.abort()
    expect(await check).toMatchObject({ outcome: 'cancelled' })
    expect(await bench.shallow(aServerAt(server.url), caller.signal)).toMatchObject({ outcome: 'cancelled' })
  })
})

describe('a call', () => {
  test('gives the result as it came', async () => {
    const result = { content: [], isError: true, structuredContent: { a: [1, null] }, _meta: { x: 1 }, more: 'kept' }
    await using server = await rawServer(only('tools/call', (exchange) => exchange.result(result)))
    await using bench = someUpstreams()
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok', result })
  })

  test('does not wait for a check, nor a check for it', async () => {
    await using server = await rawServer()
    const clock = new HeldClock()
    await using bench = someUpstreams({ clock })
    await bench.shallow(aServerAt(server.url))
    server.answer = ({ message, honest }) => {
      if (message.method !== 'ping' && message.params.name !== 'slow') honest()
    }
    const check = bench.shallow(aServerAt(server.url))
    const slow = bench.call(aServerAt(server.url), 'slow')
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    server.answer = ({ honest }) => honest()
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    clock.fire(CHECK_MS)
    clock.fire(60_000)
    expect(await check).toMatchObject({ failure: { code: 'timeout' } })
    expect(await slow).toMatchObject({ outcome: 'protocol', failure: { code: 'timeout' } })
  })

  test('that its caller leaves is cancelled at a legacy server', async () => {
    await using server = await rawServer(only('tools/call', () => {}))
    await using bench = someUpstreams()
    const caller = new AbortController()
    const call = bench.call(aServerAt(server.url), 'echo', caller.signal)
    await expect.poll(() => server.asked).toContain('tools/call')
    caller.abort()
    expect(await call).toMatchObject({ outcome: 'cancelled' })
    await expect.poll(() => server.asked).toContain('notifications/cancelled')
  })

  test('may be larger than a check, and not larger than its own cap', async () => {
    let size = 8 * 1024 * 1024
    const answer: Answer = ({ result }) => result({ content: [{ type: 'text', text: 'x'.repeat(size) }] })
    await using server = await rawServer(only('tools/call', answer))
    await using bench = someUpstreams()
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    size = 17 * 1024 * 1024
    expect(await bench.call(aServerAt(server.url))).toMatchObject({ failure: { code: 'response_too_large' } })
  })

  test('many at once share one handshake', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    const calls = Array.from({ length: 20 }, () => bench.call(aServerAt(server.url)))
    for (const result of await Promise.all(calls)) expect(result.outcome).toBe('ok')
    expect(server.asked.filter((method) => method === 'initialize')).toHaveLength(1)
  })

  test('that joined a handshake its starter left makes its own', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    let first = true
    server.answer = only('initialize', ({ honest }) => {
      if (!first) honest()
      first = false
    })
    const caller = new AbortController()
    const check = bench.shallow(aServerAt(server.url), caller.signal)
    await expect.poll(() => server.asked).toContain('initialize')
    const call = bench.call(aServerAt(server.url))
    caller.abort()
    expect(await check).toMatchObject({ outcome: 'cancelled' })
    expect(await call).toMatchObject({ outcome: 'ok' })
  })
})

describe('a connection', () => {
  test('is dropped when its calls are done, and made anew at the next use', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    const release = Promise.withResolvers<void>()
    await bench.shallow(aServerAt(server.url))
    server.answer = only('tools/call', ({ honest }) => void release.promise.then(honest))
    const call = bench.call(aServerAt(server.url))
    await expect.poll(() => server.asked).toContain('tools/call')
    const dropped = bench.upstreams.drop(serverId(1))
    expect(await bench.shallow(aServerAt(server.url))).toMatchObject({ outcome: 'ok' })
    release.resolve()
    expect(await call).toMatchObject({ outcome: 'ok' })
    await dropped
    expect(server.asked.filter((method) => method === 'initialize')).toHaveLength(2)
  })

  test('is dropped under a call that takes too long', async () => {
    await using server = await rawServer(only('tools/call', () => {}))
    const clock = new HeldClock()
    await using bench = someUpstreams({ clock })
    const call = bench.call(aServerAt(server.url))
    await expect.poll(() => server.asked).toContain('tools/call')
    const dropped = bench.upstreams.drop(serverId(1))
    expect(clock.fire(10_000)).toBe(1)
    await dropped
    expect(await call).toMatchObject({ outcome: 'cancelled' }) // our doing, not the server's
  })

  test('follows the newest revision of the configuration', async () => {
    await using old = await rawServer()
    await using current = await rawServer()
    await using bench = someUpstreams()
    await bench.shallow(aServerAt(old.url))
    await bench.shallow(aServerAt(current.url, {}, 2))
    await bench.shallow(aServerAt(old.url))
    expect(old.asked).toContain('DELETE')
    expect(old.asked).not.toContain('ping')
    expect(current.asked).toContain('ping')
  })

  test('is kept when only a name or an interval changes', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    const first = aServerAt(server.url)
    await bench.shallow(first)
    const config = { ...first.config, name: 'renamed', checkIntervalMs: 5_000 }
    await bench.shallow({ ...first, revision: 2, config })
    expect(server.asked).not.toContain('DELETE')
    expect(server.asked.filter((method) => method === 'initialize')).toHaveLength(1)
  })

  test('to a config that is only tried is closed afterwards', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams()
    const { config } = aServerAt(server.url)
    expect(await bench.upstreams.probe(config, new AbortController().signal)).toMatchObject({
      outcome: 'ok',
      capabilities: { tools: [{ name: 'echo' }] },
    })
    expect(server.asked.at(-1)).toBe('DELETE')
    await expect.poll(() => server.connections.open.size).toBe(0)
  })
})

describe('a configuration', () => {
  test('with a variable that is not set says which', async () => {
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt(`http://\${env:API_HOST}/mcp`))).toMatchObject({
      outcome: 'connect',
      failure: { code: 'address_not_allowed', nextAction: expect.stringContaining('Set API_HOST') },
    })
    const auth = { type: 'bearer', token: new Secret(`\${env:OMNI2_SECRET_KEY}`) } as const
    expect(await bench.shallow(aServerAt('http://127.0.0.1:1/', { auth }, 2))).toMatchObject({
      outcome: 'auth',
      failure: { code: 'auth_required', message: expect.stringContaining('127.0.0.1:1 cannot be sent') },
    })
  })

  test('with a variable that is set uses it, and never shows it', async () => {
    await using server = await rawServer()
    await using bench = someUpstreams({ env: { PORT: `${server.port}`, KEY: 'sup3r-secret' } })
    const url = `http://127.0.0.1:\${env:PORT}/mcp?key=\${env:KEY}`
    expect(await bench.shallow(aServerAt(url))).toMatchObject({ outcome: 'ok' })
    await server.close()
    const result = await bench.shallow(aServerAt(url))
    expect(result).toMatchObject({ outcome: 'connect' })
    expect(JSON.stringify(result)).not.toContain('sup3r-secret')
  })

  test.each(['ftp://127.0.0.1/', 'no url'])('with the URL %s is refused without connecting', async (url) => {
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt(url, { target: httpTarget(url) }))).toMatchObject({
      outcome: 'connect',
      failure: { code: 'address_not_allowed' },
    })
  })
})

describe('a child process', () => {
  /** A process that knows nothing before `initialize`, which ends it. */
  class Fragile implements Channel {
    alive = false
    keepsSession = false
    readonly asked: string[] = []
    readonly #listener: ChannelListener
    constructor(listener: ChannelListener) {
      this.#listener = listener
    }
    async open() {
      this.alive = true
    }
    async request(method: string): Promise<Reply> {
      this.asked.push(method)
      if (method === 'server/discover') throw this.die()
      if (method === 'initialize') return { result: { protocolVersion: '2025-11-25', capabilities: {} } }
      return { result: {} }
    }
    die() {
      this.alive = false
      this.#listener.exited(EXITED)
      return new UpstreamFault('connect', EXITED)
    }
    async notify() {}
    answer() {}
    speak() {}
    async close() {}
    stderr = () => 'its last words'
    deadlineMs = (ms: number) => ms
  }
  const EXITED = { code: 'process_exited', stage: 'spawn', message: 'It exited', nextAction: 'Look' } as const
  const stdio = {
    target: { protocol: 'stdio', command: 'run', args: [`\${env:ARG}`], env: { K: new Secret('v') } },
  } as const

  test('that dies of an unknown question is started again in the legacy era, and nobody is told', async () => {
    const launched: Launch[] = []
    const channels: Fragile[] = []
    const openProcess = (launch: Launch, listener: ChannelListener) => {
      const channel = new Fragile(listener)
      channels.push(channel)
      launched.push(launch)
      return channel
    }
    await using bench = someUpstreams({ env: { ARG: 'one' }, openProcess })
    const server = aServerAt('http://unused/', stdio)
    expect(await bench.shallow(server)).toMatchObject({ outcome: 'ok', identity: { era: 'legacy' } })
    expect(launched).toEqual([{ command: 'run', args: ['one'], env: { K: 'v' } }])
    expect(bench.signals).toEqual([])
    expect(bench.upstreams.stderr(serverId(1))).toBe('its last words')
    channels[0]?.die()
    expect(bench.signals).toEqual([{ type: 'process_exited', serverId: 1, failure: EXITED }])
    expect(await bench.shallow(server)).toMatchObject({ outcome: 'ok' })
    expect(channels[0]?.asked).toEqual(['server/discover', 'initialize', 'initialize'])
  })

  test('with a variable that is not set is not started', async () => {
    await using bench = someUpstreams()
    expect(await bench.shallow(aServerAt('http://unused/', stdio))).toMatchObject({
      outcome: 'connect',
      failure: { code: 'spawn_failed', stage: 'spawn', nextAction: expect.stringContaining('Set ARG') },
    })
  })
})
