import { expect, test } from 'vitest'
import { anHttpConfig } from '../../../test/support/fakes.ts'
import type { Target } from '../config/server.ts'
import { leaseMs } from './lease.ts'

const stdio: Target = { protocol: 'stdio', command: 'npx', args: [], env: {} }

test('a check over HTTP has its timeout and a second', () => {
  expect(leaseMs(anHttpConfig({ timeoutMs: 10_000 }))).toBe(11_000)
  expect(leaseMs(anHttpConfig({ timeoutMs: 60_000 }))).toBe(61_000)
})

test('a stdio server has 30 s to start, or its timeout if that is longer', () => {
  expect(leaseMs(anHttpConfig({ target: stdio, timeoutMs: 10_000 }))).toBe(31_000)
  expect(leaseMs(anHttpConfig({ target: stdio, timeoutMs: 60_000 }))).toBe(61_000)
})
