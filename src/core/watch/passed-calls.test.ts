import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { offering } from '../../../test/support/offering.ts'
import { serverId } from '../ids.ts'
import { Fleet } from './fleet.ts'
import { PassedCalls } from './passed-calls.ts'

const A = serverId(1)
const B = serverId(2)

function start() {
  const clock = new FakeClock()
  const fleet = new Fleet()
  for (const id of [A, B]) fleet.put(offering(id))
  const heard: [number, number][] = []
  const passed: PassedCalls = new PassedCalls({ fleet, clock, due: (id) => heard.push([id, passed.take(id)]) })
  return { clock, fleet, passed, heard }
}

test('calls that passed are due once a second, each server once, and are handed over once', async () => {
  const { clock, passed, heard } = start()
  for (let n = 0; n < 3; n++) passed.add(A)
  passed.add(B)
  expect(passed.take(B)).toBe(1)
  await clock.advance(1_000)
  expect(heard).toEqual([[A, 3]])
  expect(clock.waiting).toBe(0)
  passed.add(A)
  passed.forget(A)
  await clock.advance(1_000)
  expect(heard).toHaveLength(1)
})

test('a call that ends after its server was removed is due to nobody, and not kept', async () => {
  const { clock, fleet, passed, heard } = start()
  fleet.remove(A)
  passed.forget(A)
  passed.add(A)
  await clock.advance(1_000)
  expect([heard, passed.take(A)]).toEqual([[], 0])
})

test('nothing is due after the end', async () => {
  const { clock, passed, heard } = start()
  passed.add(A)
  passed.stop()
  expect(clock.waiting).toBe(0)
  passed.add(B)
  await clock.advance(2_000)
  expect([heard, clock.waiting]).toEqual([[], 0])
})
