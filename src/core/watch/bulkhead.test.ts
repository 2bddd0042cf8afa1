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
  await expect(call()).rejects.toMatchObject({ code: 'unavailable' })
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
