import { expect, test } from 'vitest'
import { aCall } from '../../../test/support/calls.ts'
import { FakeClock, settle } from '../../../test/support/fakes.ts'
import { AppError } from '../errors.ts'
import { Feed } from '../feed.ts'
import type { StoredCall } from './call-history.ts'
import { CallLog } from './call-log.ts'

async function start() {
  const clock = new FakeClock()
  const commits: number[][] = []
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const ended = new Feed<readonly StoredCall[]>(onError)
  const stored = new Feed<readonly StoredCall[]>(onError)
  const told = { ended: [] as number[], stored: [] as number[] }
  ended.subscribe((calls) => told.ended.push(...calls.map(({ id }) => id)))
  stored.subscribe((calls) => told.stored.push(...calls.map(({ id }) => id)))
  const store = {
    failure: undefined as Error | undefined,
    lastCallId: async () => 40,
    async saveCalls(calls: readonly StoredCall[]) {
      await settle()
      if (store.failure) throw store.failure
      commits.push(calls.map(({ id }) => id))
    },
  }
  const log = new CallLog({ store, clock, ended, stored, onError })
  await log.load()
  const { id, ...call } = aCall(0)
  const record = (times = 1) => {
    for (let n = 0; n < times; n++) log.record(call)
  }
  return { clock, log, record, commits, errors, told, store, call }
}

const down = new AppError('unavailable', 'The database is away')

test('calls are stored once a second in one transaction, and told when they are', async () => {
  const { clock, record, commits, told } = await start()
  record(2)
  await clock.advance(999)
  expect(told).toEqual({ ended: [], stored: [] })
  record()
  await clock.advance(1)
  expect(commits).toEqual([[41, 42, 43]])
  expect(told).toEqual({ ended: [41, 42, 43], stored: [41, 42, 43] })
  record()
  await clock.advance(1_000)
  expect(commits).toEqual([[41, 42, 43], [44]])
})

test('nothing wakes while nobody calls', async () => {
  const { clock, record } = await start()
  expect(clock.waiting).toBe(0)
  record()
  await clock.advance(1_000)
  expect(clock.waiting).toBe(0)
})

test('a clean stop stores what the second had not', async () => {
  const { clock, log, record, commits } = await start()
  record()
  await log.close()
  expect(commits).toEqual([[41]])
  expect(clock.waiting).toBe(0)
})

test('while the store is down calls wait, it is told once, and nothing is lost', async () => {
  const { clock, record, commits, errors, told, store } = await start()
  store.failure = down
  record()
  await clock.advance(3_000)
  record()
  await clock.advance(1_000)
  expect([commits, errors, told.ended]).toEqual([[], [down], [41, 42]])
  store.failure = undefined
  await clock.advance(1_000)
  expect(commits).toEqual([[41, 42]])
  expect(told.stored).toEqual([41, 42])
})

test('when it is down too long the oldest go, and their number is known', async () => {
  const { clock, log, record, commits, store } = await start()
  store.failure = down
  record(50_010)
  await clock.advance(1_000)
  expect(log.lost).toBe(10)
  store.failure = undefined
  await log.close()
  expect(commits.flat().at(0)).toBe(51)
  expect(commits.flat()).toHaveLength(50_000)
})

test.each(['fails', 'hangs'])('while a save %s, only the newest that wait keep what was said', async (how) => {
  const { clock, log, call, store, record } = await start()
  const said = { text: '{}', truncated: false }
  const speak = (times: number) => {
    for (let n = 0; n < times; n++) log.record({ ...call, payload: { arguments: said, result: said } })
  }
  const kept: number[] = []
  const hanging = Promise.withResolvers<void>()
  store.saveCalls = async () => {
    if (how === 'fails') throw down
    await hanging.promise
  }
  record()
  await clock.advance(1_000)
  speak(2_500)
  await clock.advance(1_000)
  store.saveCalls = async (calls) => void kept.push(...calls.flatMap(({ id, payload }) => (payload ? id : [])))
  hanging.resolve()
  await clock.advance(1_000)
  expect(kept).toHaveLength(1_000)
  expect(kept.at(-1)).toBe(40 + 1 + 2_500)
})

test('however many calls come in a second, all keep what was said while the store is well', async () => {
  const { clock, log, call, store } = await start()
  const said = { text: '{}', truncated: false }
  let kept = 0
  store.saveCalls = async (calls) => {
    kept += calls.filter(({ payload }) => payload !== undefined).length
  }
  for (let n = 0; n < 2_500; n++) log.record({ ...call, payload: { arguments: said, result: said } })
  await clock.advance(1_000)
  expect(kept).toBe(2_500)
})

test('calls that cannot be stored for another reason do not keep the next ones waiting', async () => {
  const { clock, record, commits, errors, store } = await start()
  store.failure = new Error('a bug')
  record()
  await clock.advance(1_000)
  store.failure = undefined
  record()
  await clock.advance(1_000)
  expect(errors).toHaveLength(1)
  expect(commits).toEqual([[42]])
})

test('a name that a client made up is kept short', async () => {
  const { clock, log, call, store } = await start()
  const targets: (string | undefined)[] = []
  store.saveCalls = async (calls) => void targets.push(...calls.map(({ target }) => target))
  log.record({ ...call, target: 'x'.repeat(10_000) })
  await clock.advance(1_000)
  expect(targets).toEqual(['x'.repeat(512)])
})
