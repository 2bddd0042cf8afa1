import { expect, test } from 'vitest'
import { timestamp } from '../../core/clock.ts'
import { judgeClock, judgeOpenFiles } from './machine.ts'

const NOW = Date.UTC(2026, 10, 23)
const at = (minutes: number) => timestamp(NOW + minutes * 60_000)

test('a clock that is behind what is stored, or behind this version, is a problem', () => {
  const levels = [undefined, at(-60), at(4), at(6)].map((newestAt) => judgeClock(NOW, newestAt).level)
  expect(levels).toEqual(['ok', 'ok', 'ok', 'problem'])
  expect(judgeClock(Date.UTC(2025, 0, 1), undefined).level).toBe('problem')
})

test('the limit of open files is measured by the servers there are', () => {
  const levels = [judgeOpenFiles(undefined, 9_999), judgeOpenFiles(1_024, 10), judgeOpenFiles(1_024, 1_000)]
  expect(levels.map(({ level }) => level)).toEqual(['ok', 'ok', 'warning'])
  expect(levels[2]?.nextAction).toContain('ulimit -n 8400')
})
