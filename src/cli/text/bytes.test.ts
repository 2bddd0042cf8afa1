import { expect, test } from 'vitest'
import { bytes } from './bytes.ts'

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1 KiB'],
  [1_536, '2 KiB'],
  [1.25 * 1_024 ** 2, '1.3 MiB'],
  [250 * 1_024 ** 2, '250 MiB'],
  [3 * 1_024 ** 3, '3.0 GiB'],
])('%d is %s', (count, text) => {
  expect(bytes(count)).toBe(text)
})
