import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fakes.ts'
import { serverId } from '../ids.ts'
import { PassedCalls } from './passed-calls.ts'

const A = serverId(1)
const B = serverId(2)

test('calls that passed are due once a second, each server once, and are handed over once', async () => {
  const clock = new FakeClock()
  const heard: [number, number][] = []
  const passed: PassedCalls = new PassedCalls({ clock, due: (id) => heard.push([id, passed.take(id)]) })
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
