import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countOf, decodeSketch, EMPTY_SKETCH, encodeSketch, mergeSketches, quantile, sketchOf } from './sketch.ts'

const times = fc.array(fc.double({ min: 0.01, max: 300_000, noNaN: true }), { minLength: 1, maxLength: 200 })

test('a quantile is right within 1 %', () => {
  fc.assert(
    fc.property(times, fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (all, q) => {
      const sorted = [...all].sort((a, b) => a - b)
      const exact = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0
      expect(Math.abs((quantile(sketchOf(...all), q) ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.0101)
    }),
  )
})

test('the slowest of a few is told: at least 95 % were no slower', () => {
  expect(quantile(sketchOf(4, 6, 200), 0.95)).toBeGreaterThan(198)
  expect(quantile(sketchOf(4, 6, 200), 0.5)).toBeLessThan(6.1)
})

test('merging loses nothing, in any order, also of texts side by side', () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      const whole = encodeSketch(sketchOf(...a, ...b))
      expect(encodeSketch(mergeSketches([sketchOf(...b), sketchOf(...a)]))).toBe(whole)
      const beside = decodeSketch(`${encodeSketch(sketchOf(...a))} ${encodeSketch(sketchOf(...b))}`)
      expect(encodeSketch(beside ?? EMPTY_SKETCH)).toBe(whole)
      expect(countOf(sketchOf(...a, ...b))).toBe(a.length + b.length)
    }),
  )
})

test('an hour of a steady server takes few characters', () => {
  const hour = Array.from({ length: 60 }, (_, index) => 20 * 1.1 ** Math.sin(index))
  expect(encodeSketch(sketchOf(...hour)).length).toBeLessThan(60)
})

test('what is no sketch is refused, and nothing has no quantile', () => {
  for (const text of ['A3', 'a3*', '*4', 'a3;b4', 'a3*4*5']) expect(decodeSketch(text)).toBeUndefined()
  expect(decodeSketch('')).toEqual(EMPTY_SKETCH)
  expect(quantile(EMPTY_SKETCH, 0.5)).toBeUndefined()
})

test('times of nothing and below the finest count as the finest', () => {
  expect(sketchOf(0)).toEqual(sketchOf(0.01))
})
