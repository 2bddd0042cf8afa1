import { expect, test } from 'vitest'
import { anHttpConfig, FakeClock } from '../../../test/support/fakes.ts'
import { timestamp } from '../../core/clock.ts'
import type { Server } from '../../core/config/server.ts'
import { serverId } from '../../core/ids.ts'
import { OwnPlaces } from './own-places.ts'

const server = (id: number, over: Partial<Server['config']> = {}): Server => ({
  id: serverId(id),
  revision: 1,
  config: anHttpConfig(over),
  createdAt: timestamp(0),
  updatedAt: timestamp(0),
})
const command = (id: number) => server(id, { target: { protocol: 'stdio', command: 'x', args: [], env: {} } })

function bench(mostOfToken: number) {
  const clock = new FakeClock()
  const ended: object[] = []
  const places = new OwnPlaces<ReturnType<typeof session>>({ clock, mostOfToken, end: (one) => ended.push(one) })
  const session = (tokenId: number, isIdle = false) => ({
    caller: { tokenId, limit: undefined },
    isIdle,
    lastUsed: clock.now(),
  })
  return { clock, places, session, ended }
}

test('one token finds no more connections than its own, and another finds the same', () => {
  const { places, session } = bench(3)
  const giveBack = places.take(session(1), server(1))
  places.take(session(1), server(2))
  places.take(session(1), server(3))
  expect(() => places.take(session(1), server(4))).toThrow('sessions with this token have 3 connections')
  places.take(session(2), server(1))
  giveBack()
  places.take(session(1), server(4))
})

test('a command has 16 processes, whoever they are for', () => {
  const { places, session } = bench(100)
  for (let tokenId = 1; tokenId <= 16; tokenId++) places.take(session(tokenId), command(1))
  expect(() => places.take(session(17), command(1))).toThrow('16 sessions have a process of it')
  places.take(session(17), command(2))
  for (let n = 0; n < 17; n++) places.take(session(18), server(3))
})

test('who left a minute ago makes room, the first of them first; who listens or said something does not', async () => {
  const { places, session, ended, clock } = bench(3)
  const [listening, first, second] = [session(1), session(1, true), session(1, true)]
  for (const holder of [listening, second, first]) places.take(holder, server(1))
  expect(() => places.take(session(1), server(1))).toThrow()
  await clock.advance(50_000)
  second.lastUsed = clock.now()
  await clock.advance(10_001)
  places.take(session(1), server(1))
  expect(ended).toEqual([first])
  expect(() => places.take(session(1), server(1))).toThrow()
  await clock.advance(60_000)
  places.take(session(1), server(1))
  expect(ended).toEqual([first, second])
})

test('nobody is ended to make room for itself', async () => {
  const { places, session, ended, clock } = bench(1)
  const only = session(1, true)
  places.take(only, server(1))
  await clock.advance(60_001)
  expect(() => places.take(only, server(2))).toThrow('have 1 connections')
  expect(ended).toEqual([])
})

test('nobody is ended for a process where the own token has no connection left', async () => {
  const { places, session, ended, clock } = bench(16)
  const idle = Array.from({ length: 16 }, () => session(1, true))
  for (const holder of idle) places.take(holder, command(1))
  for (let n = 0; n < 16; n++) places.take(session(2), server(2))
  await clock.advance(60_001)
  expect(() => places.take(session(2), command(1))).toThrow('sessions with this token have 16 connections')
  expect(ended).toEqual([])
})

test('one that makes room makes it in both counts', async () => {
  const { places, session, ended, clock } = bench(16)
  const idle = Array.from({ length: 16 }, () => session(1, true))
  for (const holder of idle) places.take(holder, command(1))
  await clock.advance(60_001)
  places.take(session(1), command(1))
  expect(ended).toEqual([idle[0]])
})
