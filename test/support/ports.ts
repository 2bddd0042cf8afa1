import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Port = AsyncDisposable & { readonly url: string; close(): Promise<void> }

/** A port that refuses connections for as long as this is open: it is taken, so nobody else can come to listen there. */
export async function deadPort(): Promise<Port> {
  const peer = createServer().listen(0, '127.0.0.1')
  await once(peer, 'listening')
  const accepted = once(peer, 'connection')
  const holder = connect({ port: portOf(peer), host: '127.0.0.1' })
  await once(holder, 'connect')
  const [socket]: Socket[] = await accepted
  const { localPort } = holder
  return asPort(localPort ?? 0, async () => {
    holder.destroy()
    socket?.destroy()
    peer.close()
    await once(peer, 'close')
  })
}

/** Accepts every connection, and never answers. */
export async function silentPort(): Promise<Port> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.resume().on('error', () => {}))
    socket.once('close', () => sockets.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return asPort(portOf(server), async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
}

const asPort = (port: number, close: () => Promise<void>): Port => ({
  url: `http://127.0.0.1:${port}/mcp`,
  close,
  [Symbol.asyncDispose]: close,
})

/** Where a server that listens does so. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('Not listening')
  return address.port
}
