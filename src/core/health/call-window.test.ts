import { expect, test } from 'vitest'
import { instant } from '../clock.ts'
import { addCall, prune, rateTooHigh } from './call-window.ts'
import type { CallBucket } from './state.ts'

type Calls = { readonly gapMs: number; readonly count: number; readonly sources?: readonly string[] }

/** A window after `count` calls from 0 on, `gapMs` apart; they fail for `sources` in turn, or succeed without any. */
function after({ gapMs, count, sources = [] }: Calls): readonly CallBucket[] {
  let window: readonly CallBucket[] = []
  for (let n = 0; n < count; n++) {
    const source = sources[n % sources.length] ?? 'me'
    window = addCall(window, { failed: sources.length > 0, source, calls: 1 }, instant(n * gapMs))
  }
  return window
}

test('calls within two seconds share a bucket, which begins with the first of them', () => {
  expect(after({ gapMs: 1_000, count: 5, sources: ['a'] })).toEqual([
    { at: 0, calls: 2, failed: 2, failedSources: ['a'] },
    { at: 2_000, calls: 2, failed: 2, failedSources: ['a'] },
    { at: 4_000, calls: 1, failed: 1, failedSources: ['a'] },
  ])
})

test('a server that is called a hundred times a second has thirty buckets, with the calls of one minute', () => {
  const window = after({ gapMs: 10, count: 20_000 })
  expect(window).toHaveLength(30)
  expect(window.map(({ calls }) => calls)).toEqual(Array(30).fill(200))
})

test('a bucket remembers two sources of failures, which is all the rule asks for', () => {
  expect(after({ gapMs: 0, count: 9, sources: ['a', 'a', 'b', 'c'] })).toEqual([
    { at: 0, calls: 9, failed: 9, failedSources: ['a', 'b'] },
  ])
})

test('a bucket is gone a minute after it began, and a window without such stays the same', () => {
  const window = after({ gapMs: 2_000, count: 2 })
  expect(prune(window, instant(59_999))).toBe(window)
  expect(prune(window, instant(60_000))).toEqual(window.slice(1))
})

test('two sources are counted over all buckets', () => {
  expect(rateTooHigh(after({ gapMs: 2_000, count: 10, sources: ['a', 'b'] }))).toBe(true)
  expect(rateTooHigh(after({ gapMs: 2_000, count: 10, sources: ['a'] }))).toBe(false)
})
