import { expect, test } from 'vitest'
import { A, aCheck, at, B, storedAlone } from '../../../test/support/store-samples.ts'
import { OUTCOMES, TRIGGERS } from '../check.ts'
import { serverId } from '../ids.ts'
import type { CheckRow, StoredCheck } from '../ports.ts'
import { RecentChecks } from './recent-checks.ts'

const MINUTE = 60_000

/** The `n`th check, a minute after the one before. */
const nth = (n: number, over: Partial<CheckRow> = {}) =>
  aCheck(A, { at: at(n * MINUTE), responseTimeMs: n / 10, ...over })
const logged = (n: number, over: Partial<StoredCheck> = {}): StoredCheck => ({
  ...storedAlone(nth(n)),
  id: n + 100,
  ...over,
})
const aRun = (from: number, count: number) => logged(from, { count, until: at((from + count - 1) * MINUTE) })
const minutes = (checks: RecentChecks, id = A) => checks.of(id).map((check) => (check.at - at()) / MINUTE)

test('the last 40 checks of a server are known one by one, the oldest first', () => {
  const checks = new RecentChecks()
  expect(checks.of(A)).toEqual([])
  for (let n = 0; n < 3; n++) checks.add(nth(n))
  expect(minutes(checks)).toEqual([0, 1, 2])
  for (let n = 3; n < 95; n++) checks.add(nth(n))
  expect(minutes(checks)).toEqual(Array.from({ length: 40 }, (_, index) => index + 55))
  expect(checks.of(A).at(-1)).toEqual({
    at: at(94 * MINUTE),
    until: at(94 * MINUTE),
    count: 1,
    outcome: 'ok',
    trigger: 'scheduled',
    responseTimeMs: 9.4,
  })
})

test('every outcome and trigger comes back as it was', () => {
  const checks = new RecentChecks()
  const all = OUTCOMES.flatMap((outcome) => TRIGGERS.map((trigger) => ({ outcome, trigger })))
  for (const [n, kind] of all.entries()) checks.add(nth(n, kind))
  expect(checks.of(A)).toMatchObject(all.slice(-40))
})

test('servers do not mix, and one that is forgotten makes room for another', () => {
  const checks = new RecentChecks()
  const ids = Array.from({ length: 130 }, (_, index) => serverId(index + 1))
  for (const id of ids) for (let n = 0; n < 41; n++) checks.add(nth(n, { serverId: id, responseTimeMs: id }))
  for (const id of ids) {
    expect(checks.of(id)).toHaveLength(40)
    expect(new Set(checks.of(id).map(({ responseTimeMs }) => responseTimeMs))).toEqual(new Set([id]))
  }
  checks.forget(B)
  expect(checks.of(B)).toEqual([])
  const next = serverId(999)
  checks.add(nth(7, { serverId: next }))
  expect(minutes(checks, next)).toEqual([7])
  expect(minutes(checks, serverId(130))).toHaveLength(40)
})

test('what was before this process comes from the log, runs as what they are', () => {
  const checks = new RecentChecks()
  checks.add(nth(100, { at: at(100 * MINUTE + 0.7) }))
  expect(checks.rowsMissing(A)).toBe(41)
  const rows = [logged(100), logged(99), aRun(60, 39), logged(59), logged(58)]
  checks.learn(A, rows)
  expect(checks.of(A).map(({ at: from, until, count }) => [from, until, count])).toEqual([
    [at(60 * MINUTE), at(98 * MINUTE), 39],
    [at(99 * MINUTE), at(99 * MINUTE), 1],
    [at(100 * MINUTE), at(100 * MINUTE), 1],
  ])
  expect(checks.rowsMissing(A)).toBe(0)
  expect(checks.rowsMissing(B)).toBe(40)
})

test('the log is not needed any more once 40 checks are known, and what is read late changes nothing', () => {
  const checks = new RecentChecks()
  for (let n = 100; n < 139; n++) checks.add(nth(n))
  expect(checks.rowsMissing(A)).toBe(79)
  checks.learn(A, [aRun(0, 50)])
  expect(minutes(checks)).toEqual([0, ...Array.from({ length: 39 }, (_, index) => index + 100)])
  checks.add(nth(139))
  expect(checks.rowsMissing(A)).toBe(0)
  checks.learn(A, [aRun(0, 50)])
  expect(minutes(checks)).toEqual(Array.from({ length: 40 }, (_, index) => index + 100))
})
