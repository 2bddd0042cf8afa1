import { once } from 'node:events'
import { QueryClient } from '@tanstack/react-query'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { portOf } from '../../../test/support/ports.ts'
import { LiveFeed } from './live-feed.ts'

test('who begins to read calls while the connection is being made is told of them', async () => {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', new EventTarget())
  onTestFinished(() => void vi.unstubAllGlobals())
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: (_, accept) => {
      feed.onCalls(() => {})
      accept(true)
    },
  })
  await once(server, 'listening')
  const feed = new LiveFeed({
    queryClient: new QueryClient(),
    url: `ws://127.0.0.1:${portOf(server)}/ws`,
    onRefused: () => {},
  })
  const connected = once(server, 'connection')
  const stop = feed.start()
  onTestFinished(() => {
    stop()
    server.close()
  })
  const [socket, { url }] = await connected
  expect(url).toBe('/ws?follow=servers')
  const said: unknown[] = []
  socket.on('message', (data: Buffer) => said.push(JSON.parse(data.toString())))
  await expect.poll(() => said).toContainEqual({ action: 'follow', follow: ['servers', 'calls'] })
})
