import { expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fakes.ts'
import { StageTrace } from './stage-trace.ts'

const stages = (trace: StageTrace) => trace.results.map(({ stage, ok, ms }) => `${stage} ${ok ? 'ok' : 'failed'} ${ms}`)

test('a stage that is passed twice is one stage with the time of both', () => {
  const trace = new StageTrace(new FakeClock(), 'connect')
  trace.add('connect', true, 2)
  trace.add('handshake', true, 5)
  trace.add('connect', true, 1)
  expect(stages(trace)).toEqual(['connect ok 3', 'handshake ok 5'])
})

test('the stage that failed is the last one, also when it passed before', () => {
  const trace = new StageTrace(new FakeClock(), 'connect')
  trace.add('connect', true, 2)
  trace.add('handshake', true, 5)
  trace.add('connect', false, 1)
  expect(stages(trace)).toEqual(['handshake ok 5', 'connect failed 3'])
})

test('an attempt that failed before one that passed leaves no failure behind', () => {
  const trace = new StageTrace(new FakeClock(), 'connect')
  trace.add('connect', false, 2)
  trace.add('connect', true, 1)
  expect(stages(trace)).toEqual(['connect ok 3'])
})
