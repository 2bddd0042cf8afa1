import { expect, test } from 'vitest'
import { Simulation } from '../../../test/support/simulation.ts'

test('a healthy server that dies is disconnected after 70 s, opens at 80 s and is disabled after 43 min and 15 checks', () => {
  const server = new Simulation()
  server.pass(0)
  server.answers('connect')
  server.pass(3_600_000 - 1)
  expect(server.statuses).toEqual([
    [0, 'healthy'],
    [70, 'disconnected'],
    [80, 'circuit_open'],
    [2_555, 'disabled'],
  ])
  expect(server.count('run_check') - 1).toBe(15)
})
