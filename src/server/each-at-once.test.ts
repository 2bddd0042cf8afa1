import { expect, test } from 'vitest'
import { eachAtOnce } from './each-at-once.ts'

test('answers come in the order of the items, with no more at a time than allowed', async () => {
  let running = 0
  let most = 0
  const results = await eachAtOnce([3, 1, 2, 0], 2, async (turns) => {
    running += 1
    most = Math.max(most, running)
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    running -= 1
    return turns * 10
  })
  expect(results).toEqual([30, 10, 20, 0])
  expect(most).toBe(2)
})

test('a failure is not lost', async () => {
  await expect(eachAtOnce([1], 4, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await eachAtOnce([], 4, () => Promise.reject(new Error('no')))).toEqual([])
})
