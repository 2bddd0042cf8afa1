import { expect, test } from 'vitest'
import { forgetRuns } from './forget-runs.ts'
import { keepRun, type PastRun, pastRuns } from './run-history.ts'

/** What both stores of a browser are, as far as the history knows them. */
class MemoryStorage {
  readonly #texts = new Map<string, string>()
  getItem = (key: string): string | null => this.#texts.get(key) ?? null
  setItem = (key: string, text: string): void => void this.#texts.set(key, text)
  removeItem = (key: string): void => void this.#texts.delete(key)
  key = (index: number): string | null => [...this.#texts.keys()][index] ?? null
  get length(): number {
    return this.#texts.size
  }
}

const start = () => ({ kept: new MemoryStorage(), passing: new MemoryStorage() })
const run = (at: number, more: Partial<PastRun> = {}): PastRun => ({
  at,
  args: { path: `/${at}` },
  outcome: 'Done',
  tone: 'good',
  ...more,
})

test('the last twenty runs of each tool of each server are kept, the newest first', () => {
  const stores = start()
  for (let at = 0; at < 30; at++) keepRun(stores, 'files', 'read', run(at))
  keepRun(stores, 'files', 'write', run(99))
  const runs = pastRuns(stores, 'files', 'read')
  expect(runs.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, index) => 29 - index))
  expect(pastRuns(stores, 'other', 'read')).toEqual([])
})

test('a run with a secret ends with the tab, and is listed with the others until then', () => {
  const stores = start()
  keepRun(stores, 'files', 'read', run(1))
  keepRun(stores, 'files', 'read', run(2, { isSecret: true }))
  expect(pastRuns(stores, 'files', 'read').map(({ at }) => at)).toEqual([2, 1])
  expect(pastRuns({ ...stores, passing: new MemoryStorage() }, 'files', 'read').map(({ at }) => at)).toEqual([1])
})

test('arguments that would fill the store are not kept', () => {
  const stores = start()
  keepRun(stores, 'files', 'write', run(1, { args: { text: 'x'.repeat(30_000) } }))
  expect(pastRuns(stores, 'files', 'write')).toEqual([])
})

test('what somebody else wrote into the store is no history', () => {
  const stores = start()
  keepRun(stores, 'files', 'read', run(1))
  const key = stores.kept.key(0) ?? ''
  for (const text of ['{', '7', '[{"at":"now"}]']) {
    stores.kept.setItem(key, text)
    expect(pastRuns(stores, 'files', 'read')).toEqual([])
  }
})

test('who signs out leaves no run behind, and everything else', () => {
  const stores = start()
  stores.kept.setItem('scheme', 'dark')
  keepRun(stores, 'files', 'read', run(1))
  keepRun(stores, 'files', 'write', run(2))
  forgetRuns(stores.kept)
  expect(pastRuns(stores, 'files', 'read')).toEqual([])
  expect(pastRuns(stores, 'files', 'write')).toEqual([])
  expect(stores.kept.getItem('scheme')).toBe('dark')
})
