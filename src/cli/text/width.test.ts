import { expect, test } from 'vitest'
import { cells, cut, wrap } from './width.ts'

test('wide characters take two cells, joined ones no more', () => {
  expect(cells('abc')).toBe(3)
  expect(cells('日本')).toBe(4)
  expect(cells('👩‍👩‍👧')).toBe(2)
  expect(cells('é')).toBe(1)
})

test('a cut text fits and shows that something is missing', () => {
  expect(cut('abcdef', 6)).toBe('abcdef')
  expect(cut('abcdefg', 6)).toBe('abcde…')
  expect(cells(cut('日本語日本語', 6))).toBeLessThanOrEqual(6)
})

test('lines break between words and no line is too long', () => {
  expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox'])
  expect(wrap('a veryverylongword b', 6)).toEqual(['a', 'veryve', 'rylong', 'word b'])
  expect(wrap('', 10)).toEqual([''])
})
