import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { SELF_SIGNED } from '../../../test/fixtures/self-signed.ts'
import { dialling, LOCAL } from '../../../test/support/dialling.ts'
import { deadPort, portOf, silentPort } from '../../../test/support/ports.ts'
import { rawServer } from '../../../test/support/raw-server.ts'
import { HeldClock } from '../../../test/support/upstreams.ts'
import { systemClock } from '../../server/system-clock.ts'
import { UpstreamFault } from '../channel.ts'
import { StageTrace } from '../stage-trace.ts'
import { CONNECT_TIMEOUT_MS } from './dial-attempt.ts'
import { Dialer } from './dialer.ts'

test('a name is resolved, connected and secured, stage by stage', async () => {
  await using server = await rawServer(undefined, SELF_SIGNED)
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  const dial = dialling(`https://localhost:${server.port}/`, { resolve, ca: SELF_SIGNED.cert })
  expect((await dial.ended).socket?.remotePort).toBe(server.port)
  expect(dial.stages()).toEqual(['dns ok', 'connect ok', 'tls ok'])
})

test('a certificate for another name is refused', async () => {
  await using server = await rawServer(undefined, SELF_SIGNED)
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  const dial = dialling(`https://other.test:${server.port}/`, { resolve, ca: SELF_SIGNED.cert })
  const { fault } = await dial.ended
  expect(fault?.failure).toMatchObject({ code: 'tls_failed', message: expect.stringContaining('for another name') })
})

test('a name that cannot be resolved fails in dns', async () => {
  const resolve = () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
  const dial = dialling('http://nowhere.test/', { resolve })
  expect((await dial.ended).fault).toMatchObject({ outcome: 'connect', failure: { code: 'dns_failed', stage: 'dns' } })
  expect(dial.stages()).toEqual(['dns failed'])
})

test('a name that flips to a forbidden address is refused at that dial', async () => {
  await using server = await rawServer()
  const answers = ['127.0.0.1', '169.254.169.254']
  const resolve = async () => [{ address: answers.shift() ?? '', family: 4 }]
  const url = `http://flip.test:${server.port}/`
  const deps = { resolve, clock: systemClock, addresses: LOCAL, ca: undefined }
  expect((await dialling(url, deps).ended).socket).toBeDefined()
  expect((await dialling(url, deps).ended).fault?.failure).toMatchObject({
    code: 'address_not_allowed',
    stage: 'connect',
  })
  expect(server.connections.accepted).toBe(1)
})

test('a name that hangs is looked up once, however many wait for it', async () => {
  const looked: string[] = []
  const answer = Promise.withResolvers<never>()
  const resolve = (name: string) => {
    looked.push(name)
    return answer.promise
  }
  const dialer = new Dialer({ clock: systemClock, addresses: LOCAL, ca: undefined, resolve })
  const dial = () => {
    const trace = new StageTrace(systemClock, 'connect')
    const { signal } = new AbortController()
    return dialer.dial(new URL('http://hangs.test/'), { trust: 'admin', where: 'there', trace, signal })
  }
  const dials = [dial(), dial(), dial()]
  answer.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))
  for (const ended of await Promise.allSettled(dials)) expect(ended.status).toBe('rejected')
  expect(looked).toEqual(['hangs.test'])
  await expect(dial()).rejects.toThrow()
  expect(looked).toHaveLength(2)
})

test('of many addresses only the allowed ones are tried', async () => {
  await using server = await rawServer()
  const resolve = async () => ['169.254.169.254', '0.0.0.0', '127.0.0.1'].map((address) => ({ address, family: 4 }))
  const { socket } = await dialling(`http://many.test:${server.port}/`, { resolve }).ended
  expect(socket?.remoteAddress).toBe('127.0.0.1')
})

test.each(['http://169.254.169.254/', 'http://[::ffff:a9fe:a9fe]/', 'http://0xa9fea9fe/', 'http://0.0.0.0:1/'])(
  '%s is refused before a socket is made',
  async (url) => {
    const dial = dialling(url)
    expect((await dial.ended).fault?.failure.code).toBe('address_not_allowed')
    expect(dial.stages()).toEqual(['connect failed'])
  },
)

test('what an upstream names may not lie on loopback', async () => {
  await using server = await rawServer()
  const { fault } = await dialling(server.url, {}, { trust: 'upstream' }).ended
  expect(fault?.failure.code).toBe('address_not_allowed')
  expect(server.connections.accepted).toBe(0)
})

test('a dead port refuses', async () => {
  await using port = await deadPort()
  expect((await dialling(port.url).ended).fault?.failure.code).toBe('connect_refused')
})

test('a resolver that hangs is given up as dns', async () => {
  const clock = new HeldClock()
  const dial = dialling('http://slow.test/', { clock, resolve: () => new Promise(() => {}) })
  expect(clock.fire(CONNECT_TIMEOUT_MS)).toBe(1)
  expect((await dial.ended).fault?.failure).toMatchObject({ code: 'dns_failed', stage: 'dns' })
})

test('a server that hangs in the TLS handshake is given up as tls', async () => {
  await using port = await silentPort()
  const clock = new HeldClock()
  const dial = dialling(port.url.replace('http:', 'https:'), { clock })
  await expect.poll(() => dial.trace.stage).toBe('tls')
  clock.fire(CONNECT_TIMEOUT_MS)
  expect((await dial.ended).fault?.failure).toMatchObject({ code: 'connect_timeout', stage: 'tls' })
  expect(dial.stages()).toEqual(['connect ok', 'tls failed'])
})

test('a connection closed in the TLS handshake fails as tls', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { fault } = await dialling(`https://127.0.0.1:${portOf(server)}/`).ended
  expect(fault?.failure).toMatchObject({ code: 'tls_failed', stage: 'tls' })
})

test('a caller that leaves ends the dial', async () => {
  const caller = new AbortController()
  const dial = dialling('http://slow.test/', { resolve: () => new Promise(() => {}) }, { signal: caller.signal })
  const left = new UpstreamFault('cancelled', { code: 'timeout', stage: 'dns', message: 'left', nextAction: '' })
  caller.abort(left)
  expect((await dial.ended).fault).toBe(left)
})

test.each(['EMFILE', 'ENFILE', 'ENOBUFS'])('%s is our own shortage', async (code) => {
  const resolve = () => Promise.reject(Object.assign(new Error('no'), { code }))
  expect((await dialling('http://host.test/', { resolve }).ended).fault?.outcome).toBe('inconclusive')
})

test('without another resolver the one of the system is asked', async () => {
  await using server = await rawServer()
  const dial = dialling(`http://localhost:${server.port}/`)
  expect((await dial.ended).socket?.remotePort).toBe(server.port)
  expect(dial.stages()).toEqual(['dns ok', 'connect ok'])
})

test('a name that leads to forbidden addresses only is refused in connect, and told why', async () => {
  const refusalOf = async (addresses: readonly string[]) => {
    const resolve = async () => addresses.map((address) => ({ address, family: 4 }))
    const dial = dialling('http://many.test/', { resolve })
    const { fault } = await dial.ended
    expect(dial.stages()).toEqual(['dns ok', 'connect failed'])
    return fault?.failure.message
  }
  expect(await refusalOf(['169.254.169.254', '0.0.0.0'])).toBe(
    'there may not be connected to: link-local and metadata addresses are never allowed',
  )
  expect(await refusalOf([])).toBe('there may not be connected to: it has no address')
})

test.each([
  ['http://127.0.0.77/', 80],
  ['https://127.0.0.77/', 443],
])('%s means port %i', async (url, port) => {
  const { socket, fault } = await dialling(url).ended
  const { cause } = fault ?? {}
  expect(socket?.remotePort ?? (cause instanceof Error && 'port' in cause && cause.port)).toBe(port)
})

test('a dial that ended leaves no timer, and no socket when it failed', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const clock = new HeldClock()
  expect((await dialling(`http://127.0.0.1:${portOf(server)}/`, { clock }).ended).socket).toBeDefined()
  expect(clock.waiting).toEqual([])
  const hung = dialling(`https://127.0.0.1:${portOf(server)}/`, { clock })
  await expect.poll(() => hung.trace.stage).toBe('tls')
  clock.fire(CONNECT_TIMEOUT_MS)
  expect((await hung.ended).fault).toBeDefined()
  expect(clock.waiting).toEqual([])
  await expect.poll(() => sockets[1]?.resume().closed).toBe(true)
})
