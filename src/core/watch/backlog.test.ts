import { expect, test } from 'vitest'
import { A, aDeletion, at, B, checkLogged, stateSaved, told } from '../../../test/support/store-samples.ts'
import type { Change } from '../ports.ts'
import { KEPT, thinned } from './backlog.ts'

const write = (...changes: readonly Change[]) => ({ changes })
const span = (from: number, until: number): Change => ({
  type: 'span_known',
  serverId: A,
  span: { kind: 'up', from: at(from), until: at(until) },
})

test('what a later write overwrites goes', () => {
  const [old, other, latest] = [stateSaved(A), stateSaved(B), stateSaved(A, { responseTimeMs: 2 })]
  const writes = [write(old, span(0, 1)), write(other), write(span(0, 2), span(5, 6)), write(latest, span(5, 7))]
  expect(thinned(writes)).toEqual([write(other), write(span(0, 2)), write(latest, span(5, 7))])
})

test('a state stays beside the event it was told by', () => {
  const writes = [write(stateSaved(A), told(aDeletion('a'))), write(stateSaved(A))]
  expect(thinned(writes)).toEqual(writes)
})

test('of what is too much the oldest goes, and a state with its event', () => {
  const few = { ...KEPT, check_logged: 2, event: 1 }
  const check = (ms: number) => checkLogged(A, { at: at(ms) })
  const writes = [
    write(stateSaved(A), told(aDeletion('a'))),
    write(check(0), stateSaved(A), told(aDeletion('b'))),
    write(check(1)),
    write(check(2), stateSaved(A)),
  ]
  expect(thinned(writes, few)).toEqual([
    write(stateSaved(A), told(aDeletion('b'))),
    write(check(1)),
    write(check(2), stateSaved(A)),
  ])
})
