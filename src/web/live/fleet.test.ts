import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aServerView } from '../../../test/support/wire-samples.ts'
import { EMPTY_FLEET, type Fleet, withoutServer, withState, withViews } from './fleet.ts'

const at = (seconds: number) => new Date(seconds * 1_000).toISOString()

/** How one server was over time: each moment has a later check, or a later event, than the one before. */
const aLife = (id: number, steps: readonly boolean[]) => {
  let [seq, checked] = [id, 0]
  return steps.map((hasEvent) => {
    if (hasEvent) seq += 10
    checked += 1
    return aServerView(id, { seq, last_health_check: at(checked), response_time_ms: checked })
  })
}

const lives = fc
  .array(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 })
  .map((servers) => servers.map((steps, index) => aLife(index + 1, steps)))

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
      const seq = Math.min(...then.map((view) => view.seq))
      expect(told(withState(withViews(EMPTY_FLEET, now), then, seq))).toEqual(now)
    }),
  )
})

test('who is missing in a newer state is gone, who came after it stays', () => {
  const fleet = withViews(EMPTY_FLEET, [
    aServerView(1, { seq: 3 }),
    aServerView(2, { seq: 3 }),
    aServerView(3, { seq: 9 }),
  ])
  expect(told(withState(fleet, [aServerView(1, { seq: 5 })], 5)).map(({ id }) => id)).toEqual([1, 3])
})

test('an answer that was on its way does not bring back a deleted server', () => {
  const fleet = withoutServer(withViews(EMPTY_FLEET, [aServerView(1)]), 1)
  expect(told(withViews(fleet, [aServerView(1, { seq: 99 })]))).toEqual([])
})
