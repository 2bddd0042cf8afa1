import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { asWritten } from './long-text.ts'

const LENGTH = 16 * 1024 * 1024

test('a long answer takes no more memory than its bytes while its client does not read', async () => {
  const answer = `${'x'.repeat(LENGTH)}€`
  const written = Promise.withResolvers<number>()
  const server = createServer((_request, response) => {
    const before = process.memoryUsage().arrayBuffers
    response.end(asWritten(answer))
    written.resolve(process.memoryUsage().arrayBuffers - before)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const client = connect(address.port, '127.0.0.1').pause()
  client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
  expect(await written.promise).toBeLessThan(1.5 * LENGTH)
  expect((await text(client)).endsWith('x€')).toBe(true)
})
