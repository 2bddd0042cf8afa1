import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timestamp } from '../clock.ts'
import { buckets, mergeTallies, type Span, tally, uptimeRatio } from './span.ts'

const time = fc.integer({ min: 0, max: 10_000 })
/** Spans in order, with gaps of nothing known between some of them. */
const history = fc
  .array(fc.record({ gap: fc.integer({ min: 0, max: 50 }), ms: fc.integer({ min: 1, max: 400 }), up: fc.boolean() }), {
    maxLength: 30,
  })
  .map((pieces) => {
    let at = 0
    return pieces.map(({ gap, ms, up }): Span => {
      const from = at + gap
      at = from + ms
      return { kind: up ? 'up' : 'down', from: timestamp(from), until: timestamp(at) }
    })
  })
const stretch = fc.tuple(time, time).map(([a, b]) => [timestamp(Math.min(a, b)), timestamp(Math.max(a, b))] as const)

test('up, down and unknown time sum to the whole, wherever it lies', () => {
  fc.assert(
    fc.property(history, stretch, (spans, [from, until]) => {
      const { upMs, downMs, unknownMs } = tally(spans, from, until)
      expect(upMs + downMs + unknownMs).toBe(until - from)
      expect(Math.min(upMs, downMs, unknownMs)).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('cutting a stretch, or a span, at any moment changes nothing', () => {
  fc.assert(
    fc.property(history, stretch, time, (spans, [from, until], cut) => {
      const at = timestamp(Math.min(until, Math.max(from, cut)))
      const whole = tally(spans, from, until)
      expect(mergeTallies([tally(spans, from, at), tally(spans, at, until)])).toEqual(whole)
      const pieces = spans.flatMap((span) =>
        span.from < at && at < span.until
          ? [
              { ...span, until: at },
              { ...span, from: at },
            ]
          : [span],
      )
      expect(tally(pieces, from, until)).toEqual(whole)
    }),
  )
})

test('merging does not ask for an order', () => {
  const some = fc.array(fc.record({ upMs: fc.nat(9_999), downMs: fc.nat(9_999), unknownMs: fc.nat(9_999) }), {
    maxLength: 9,
  })
  fc.assert(
    fc.property(some, some, some, (a, b, c) => {
      const right = mergeTallies([mergeTallies(a), mergeTallies([...b, ...c])])
      expect(mergeTallies([mergeTallies([...a, ...b]), mergeTallies(c)])).toEqual(right)
      expect(mergeTallies([...c, ...b, ...a])).toEqual(right)
    }),
  )
})

test('buckets are as one stretch', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 40 }), (spans, ms, count) => {
      const until = timestamp(9_000)
      const parts = buckets(spans, until, ms, count)
      expect(parts.map(({ from }) => from)).toEqual(parts.map((_, index) => until - (count - index) * ms))
      expect(mergeTallies(parts)).toEqual(tally(spans, timestamp(until - ms * count), until))
    }),
  )
})

test('uptime is the share of what is known', () => {
  expect(uptimeRatio({ upMs: 3, downMs: 1, unknownMs: 96 })).toBe(0.75)
  expect(uptimeRatio({ upMs: 0, downMs: 0, unknownMs: 100 })).toBeUndefined()
})
