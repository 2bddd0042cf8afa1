import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aServerView } from '../../../test/support/wire-samples.ts'
import { EMPTY_FLEET, type Fleet, withoutServer, withState, withViews } from './fleet.ts'

/** How one server was over time, from one version to the next. */
const aLife = (id: number, length: number) =>
  Array.from({ length }, (_, step) => aServerView(id, { version: id + 10 * step, response_time_ms: step }))

const lives = fc
  .array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 })
  .map((lengths) => lengths.map((length, index) => aLife(index + 1, length)))

const told = (fleet: Fleet) => [...fleet.servers.values()].sort((a, b) => a.id - b.id)

test('in whatever order views come and how often, the newest of each server is what stays', () => {
  fc.assert(
    fc.property(
      lives.chain((servers) => {
        const views = servers.flat()
        const all = fc.shuffledSubarray(views, { minLength: views.length })
        return fc.tuple(fc.constant(servers), all, fc.shuffledSubarray(views))
      }),
      ([servers, inAnyOrder, again]) => {
        const fleet = [...inAnyOrder, ...again].reduce((before, view) => withViews(before, [view]), EMPTY_FLEET)
        expect(told(fleet)).toEqual(servers.map((life) => life.at(-1)))
      },
    ),
  )
})

test('a whole state that is older than what was heard since changes nothing of it', () => {
  fc.assert(
    fc.property(lives, fc.nat(7), (servers, moment) => {
      const then = servers.flatMap((life) => life[Math.min(moment, life.length - 1)] ?? [])
      const now = servers.flatMap((life) => life.at(-1) ?? [])
      const version = Math.max(...then.map((view) => view.version))
      expect(told(withState(withViews(EMPTY_FLEET, now), then, version))).toEqual(now)
    }),
  )
})

test('who is missing in a newer state is gone, who came after it stays', () => {
  const fleet = withViews(EMPTY_FLEET, [
    aServerView(1, { version: 3 }),
    aServerView(2, { version: 3 }),
    aServerView(3, { version: 9 }),
  ])
  expect(told(withState(fleet, [aServerView(1, { version: 5 })], 5)).map(({ id }) => id)).toEqual([1, 3])
})

test('an answer that was on its way does not bring back a deleted server', () => {
  const fleet = withoutServer(withViews(EMPTY_FLEET, [aServerView(1)]), 1)
  expect(told(withViews(fleet, [aServerView(1, { version: 99 })]))).toEqual([])
})

test('the traffic that was told stays where an answer does not tell it', () => {
  const traffic = { calls: 1, per_minute: 0.2, error_ratio: 0, window_seconds: 300 }
  const fleet = withViews(EMPTY_FLEET, [aServerView(1, { version: 1, traffic })])
  expect(told(withViews(fleet, [aServerView(1, { version: 2 })]))).toMatchObject([{ version: 2, traffic }])
  expect(told(withViews(fleet, [aServerView(1, { version: 1, traffic: null })]))).toMatchObject([{ traffic: null }])
})
