import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { settle } from '../../../test/support/fakes.ts'
import { serverId } from '../ids.ts'
import { Bulkhead } from './bulkhead.ts'

const id = serverId(7)
const never = new AbortController().signal

/** Calls that end when told, in the order they began. */
function start() {
  const bulkhead = new Bulkhead()
  const begun: PromiseWithResolvers<void>[] = []
  const call = (signal = never) =>
    bulkhead.run(id, signal, () => {
      const work = Promise.withResolvers<void>()
      begun.push(work)
      return work.promise
    })
  return { bulkhead, begun, call }
}

test('64 calls of one server run, 64 wait, and the next is refused', async () => {
  const { bulkhead, begun, call } = start()
  const calls = Array.from({ length: 128 }, () => call())
  await expect(call()).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Too many calls wait for this server',
    retryAfterMs: 1_000,
  })
  expect(begun).toHaveLength(64)
  expect(await bulkhead.run(serverId(8), never, async () => 'another server')).toBe('another server')
  for (let ended = 0; ended < 128; ended++) {
    begun[ended]?.resolve()
    await settle()
  }
  await Promise.all(calls)
  expect(begun).toHaveLength(128)
})

test('a place is handed on by a call that fails too', async () => {
  const { begun, call } = start()
  const calls = Array.from({ length: 65 }, () => call())
  const failed = expect(calls[0]).rejects.toThrow('gone')
  begun[0]?.reject(new Error('gone'))
  await failed
  await settle()
  expect(begun).toHaveLength(65)
})

test('who gives up waiting leaves the line', async () => {
  const { begun, call } = start()
  for (let i = 0; i < 64; i++) void call()
  const impatient = new AbortController()
  const waiting = call(impatient.signal)
  const left = expect(waiting).rejects.toThrow('left')
  const patient = call()
  impatient.abort(new Error('left'))
  await left
  begun[0]?.resolve()
  await settle()
  expect(begun).toHaveLength(65)
  begun[64]?.resolve()
  await patient
})

test('of calls that come and go never more than 64 run', async () => {
  const { begun, call } = start()
  for (let i = 0; i < 64; i++) void call()
  for (let ended = 0; ended < 100; ended++) {
    begun[ended]?.resolve()
    await settle()
    void call()
    expect(begun).toHaveLength(65 + ended)
  }
  for (let i = 0; i < 64; i++) void call()
  expect(begun).toHaveLength(164)
})

test('who has left already does not wait', async () => {
  const { begun, call } = start()
  for (let i = 0; i < 64; i++) void call()
  const left = expect(call(AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
  const patient = call()
  begun[0]?.resolve()
  await settle()
  expect(begun).toHaveLength(65)
  begun[64]?.resolve()
  await Promise.all([left, patient])
})

test('whenever somebody leaves who was next, the others keep their places', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const { begun, call } = start()
    for (let i = 0; i < 64; i++) void call()
    const leaving = new AbortController()
    call(leaving.signal).catch(() => {})
    const others = [call(), call()]
    begun[0]?.resolve()
    for (let turn = 0; turn < turns; turn++) await undefined
    leaving.abort(new Error('left'))
    await settle()
    for (let ended = 1; ended < begun.length; ended++) {
      begun[ended]?.resolve()
      await settle()
    }
    const over = Promise.all(others).then(() => 'over')
    expect(await Promise.race([over, settle()])).toBe('over')
  }
})

test('who waited leaves nothing behind on its signal', async () => {
  const { begun, call } = start()
  for (let i = 0; i < 64; i++) void call()
  const { signal } = new AbortController()
  const waiting = call(signal)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  begun[0]?.resolve()
  begun[1]?.resolve()
  await settle()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  begun[64]?.resolve()
  await waiting
})

test('when it closes, what waits is turned away, and what runs goes on', async () => {
  const { bulkhead, begun, call } = start()
  const running = Array.from({ length: 64 }, () => call())
  const waiting = call()
  bulkhead.close()
  await expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
  for (const { resolve } of begun) resolve()
  await Promise.all(running)
  expect(begun).toHaveLength(64)
})
