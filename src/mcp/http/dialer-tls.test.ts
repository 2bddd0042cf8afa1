import { once } from 'node:events'
import { createServer, TLSSocket, type TlsOptions } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { SELF_SIGNED } from '../../../test/fixtures/self-signed.ts'
import { dialerWith, dialling } from '../../../test/support/dialling.ts'
import { portOf } from '../../../test/support/ports.ts'

const deps = { ca: SELF_SIGNED.cert, resolve: async () => [{ address: '127.0.0.1', family: 4 }] }

/** A TLS server whose certificate is for localhost and 127.0.0.1: its port, and the connections it has secured. */
async function tlsServer(options: TlsOptions = {}) {
  const secured: TLSSocket[] = []
  const server = createServer({ ...SELF_SIGNED, ...options }, (socket) => {
    secured.push(socket.on('error', () => {}))
    socket.resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of secured) socket.destroy()
    server.close()
  })
  return { port: portOf(server), secured }
}

test('a server learns which name is wanted of it, and no address for a name', async () => {
  const { port, secured } = await tlsServer()
  expect((await dialling(`https://localhost:${port}/`, deps).ended).socket).toBeDefined()
  expect((await dialling(`https://127.0.0.1:${port}/`, deps).ended).socket).toBeDefined()
  await expect.poll(() => secured.map(({ servername }) => servername)).toEqual(['localhost', false])
})

test('a server that would rather speak HTTP/2 is spoken to in HTTP/1.1', async () => {
  const { port, secured } = await tlsServer({ ALPNProtocols: ['h2', 'http/1.1'] })
  expect((await dialling(`https://localhost:${port}/`, deps).ended).socket).toBeDefined()
  await expect.poll(() => secured.map(({ alpnProtocol }) => alpnProtocol)).toEqual(['http/1.1'])
})

test('whom nobody we know vouches for is not trusted', async () => {
  const { port } = await tlsServer()
  const { fault } = await dialling(`https://localhost:${port}/`, { ...deps, ca: undefined }).ended
  expect(fault?.failure).toMatchObject({ code: 'tls_failed', message: expect.stringContaining('self-signed') })
})

test('connecting again to a server resumes its TLS session; no other name does, so its certificate is judged', async () => {
  const { port } = await tlsServer()
  const dialer = dialerWith(deps)
  const dial = async (name: string) => await dialling(`https://${name}:${port}/`, {}, { dialer }).ended
  const isResumed = async () => {
    const { socket } = await dial('localhost')
    if (!(socket instanceof TLSSocket)) throw new Error('It is not secured')
    socket.resume() // a session arrives with what is read
    return socket.isSessionReused()
  }
  expect(await isResumed()).toBe(false)
  await expect.poll(isResumed).toBe(true)
  expect((await dial('other.test')).fault?.failure.message).toContain('for another name')
})
