import { expect, test } from 'vitest'
import { sharesOf } from './shares.ts'

const MIB = 1024 * 1024

test('of the files that may be open, both sides get half of what we do not need ourselves', () => {
  expect(sharesOf(256, 160 * MIB)).toEqual({
    upstreamFiles: 96,
    ofToken: { connections: 12, streams: 48 },
    clients: 96,
    checks: 48,
    answerBytes: 20 * MIB,
    bodyBytes: 16 * MIB,
  })
})

test('however few there are, some servers can be watched and someone can ask', () => {
  expect(sharesOf(70, 160 * MIB)).toMatchObject({ upstreamFiles: 16, clients: 16, checks: 8 })
})

test('the largest body is read, however small the heap is, and more of a large one', () => {
  expect(sharesOf(256, 64 * MIB).bodyBytes).toBe(16 * MIB)
  expect(sharesOf(256, 1_024 * MIB).bodyBytes).toBe(64 * MIB)
})

test('without a limit that is known, nobody is put off', () => {
  expect(sharesOf(undefined, 160 * MIB)).toMatchObject({
    upstreamFiles: Number.POSITIVE_INFINITY,
    clients: Number.POSITIVE_INFINITY,
  })
})
