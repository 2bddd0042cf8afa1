import { expect, test } from 'vitest'
import { NOTHING_YET, percent, progressText, withNews } from './meanwhile.ts'

const progress = (at: number, total: number | null = 5, message: string | null = null) =>
  ({ type: 'progress', progress: at, total, message }) as const
const log = (data: unknown) => ({ type: 'log', level: 'info', logger: null, data }) as const

test('the last progress counts, and logs are told in their order', () => {
  const heard = withNews(withNews(NOTHING_YET, [progress(1), log('a'), progress(2)]), [log('b')])
  expect(heard.progress).toEqual(progress(2))
  expect(heard.logs.map(({ data }) => data)).toEqual(['a', 'b'])
})

test('of a flood of logs the last hundred are shown, and all are counted', () => {
  const heard = withNews(
    NOTHING_YET,
    Array.from({ length: 5_000 }, (_, index) => log(index)),
  )
  expect(heard.logs).toHaveLength(100)
  expect(heard.logs.at(-1)?.data).toBe(4_999)
  expect(heard.logCount).toBe(5_000)
})

test('progress is told as far as the server tells it', () => {
  expect(progressText(progress(2, 5, 'half way'))).toBe('2 of 5: half way')
  expect(progressText(progress(2, null))).toBe('2')
  expect(percent(progress(2))).toBe(40)
  expect(percent(progress(9))).toBe(100)
  expect(percent(progress(9, null))).toBeUndefined()
  expect(percent(progress(9, 0))).toBeUndefined()
})
