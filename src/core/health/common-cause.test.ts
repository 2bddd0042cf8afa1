import { expect, test } from 'vitest'
import { instant } from '../clock.ts'
import { serverId } from '../ids.ts'
import { type CommonCause, NO_COMMON_CAUSE, suspect } from './common-cause.ts'

/** Servers `ids` fall one after the other, `gapMs` apart. */
const fallen = (ids: readonly number[], enabled: number, gapMs = 0): CommonCause =>
  ids.reduce(
    (state, id, n) => suspect(state, { type: 'fell', serverId: serverId(id) }, enabled, instant(n * gapMs)),
    NO_COMMON_CAUSE,
  )

test('half of five or more servers falling within a minute is a common cause', () => {
  expect(fallen([1, 2, 3], 5).active).toBe(true)
  expect(fallen([1, 2], 5).active).toBe(false)
  expect(fallen([1, 2, 3], 6).active).toBe(true)
  expect(fallen([1, 2, 3], 7).active).toBe(false)
})

test('a fleet of four never has one', () => {
  expect(fallen([1, 2, 3, 4], 4).active).toBe(false)
})

test('falls more than a minute apart do not add up', () => {
  expect(fallen([1, 2, 3], 5, 29_999).active).toBe(true)
  expect(fallen([1, 2, 3], 5, 30_000).active).toBe(false)
})

test('one server that falls again and again is one', () => {
  expect(fallen([1, 1, 1, 1], 5).active).toBe(false)
})

test('it lasts while half are still down from it, however long', () => {
  const later = suspect(fallen([1, 2, 3], 5), { type: 'time_passed' }, 5, instant(86_400_000))
  expect(later).toMatchObject({ active: true, fallen: [{ serverId: 1 }, { serverId: 2 }, { serverId: 3 }] })
  expect(suspect(later, { type: 'recovered', serverId: serverId(2) }, 5, instant(86_400_001)).active).toBe(false)
})

test('one that recovers is no longer down from it, and the others still are', () => {
  const back = suspect(fallen([1, 2, 3, 4], 6), { type: 'recovered', serverId: serverId(2) }, 6, instant(1))
  expect(back).toMatchObject({ active: true, fallen: [{ serverId: 1 }, { serverId: 3 }, { serverId: 4 }] })
})

test('it ends when no server is enabled any more', () => {
  expect(suspect(fallen([1, 2, 3], 5), { type: 'time_passed' }, 0, instant(1)).active).toBe(false)
})
