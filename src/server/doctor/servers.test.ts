import { expect, test } from 'vitest'
import { judgeServers } from './servers.ts'

const fault = (server: string, ofSurroundings: boolean) => ({
  server,
  message: 'there is no command "nope" on the PATH',
  nextAction: 'Install it',
  ofSurroundings,
})

test('what depends on the surroundings only warns while an Omni2 runs in others', () => {
  const faults = [fault('a', true), fault('b', false)]
  expect(judgeServers(5, faults, true).map(({ level }) => level)).toEqual(['warning', 'problem'])
  expect(judgeServers(5, faults, false).map(({ level }) => level)).toEqual(['problem', 'problem'])
  expect([judgeServers(5, [], false), judgeServers(0, [], false)].flat().map(({ level }) => level)).toEqual([
    'ok',
    'skipped',
  ])
})

test('of many faults the first ten are told and the rest are counted', () => {
  const faults = Array.from({ length: 13 }, (_, index) => fault(`s-${index}`, false))
  const findings = judgeServers(20, faults, false)
  expect([findings.length, findings.at(-1)?.message]).toEqual([11, '3 more have such faults'])
})
