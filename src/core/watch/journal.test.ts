import { expect, test } from 'vitest'
import { FakeClock, settle } from '../../../test/support/fakes.ts'
import { checkLogged } from '../../../test/support/store-samples.ts'
import { timestamp } from '../clock.ts'
import { AppError } from '../errors.ts'
import type { StoredEvent } from '../events.ts'
import { Feed } from '../feed.ts'
import { serverId } from '../ids.ts'
import type { Change } from '../ports.ts'
import { KEPT } from './backlog.ts'
import { Journal } from './journal.ts'

const event = (name: string): Change => ({
  type: 'event',
  at: timestamp(0),
  event: { type: 'mcp_server_deleted', serverId: serverId(1), serverName: name, version: 1, severity: 'info' },
})

const logged = (ms: number) => checkLogged(serverId(1), { at: timestamp(ms) })

function start() {
  const clock = new FakeClock()
  const commits: number[] = []
  const told: string[] = []
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const events = new Feed<StoredEvent>(onError)
  let fail: ((changes: readonly Change[]) => Error | undefined) | undefined
  let hung: PromiseWithResolvers<void> | undefined
  let seq = 0
  const store = {
    async commit(changes: readonly Change[]): Promise<readonly StoredEvent[]> {
      await (hung ? hung.promise : settle())
      const error = fail?.(changes)
      if (error) throw error
      commits.push(changes.length)
      return changes.flatMap((change) =>
        change.type === 'event' ? [{ seq: ++seq, at: change.at, event: change.event }] : [],
      )
    },
  }
  events.subscribe((stored) =>
    told.push(`${stored.seq} ${'serverName' in stored.event ? stored.event.serverName : ''}`),
  )
  const journal = new Journal({ store, events, clock, onError })
  return {
    journal,
    events,
    clock,
    commits,
    told,
    errors,
    failWith: (how: typeof fail) => {
      fail = how
    },
    /** The store answers nothing until the returned function is called. */
    hang: () => {
      const until = Promise.withResolvers<void>()
      hung = until
      return async () => {
        hung = undefined
        until.resolve()
        await settle()
      }
    },
  }
}

test('a listener that throws is told of: the others hear, and nothing is stored twice', async () => {
  const { journal, events, commits, told, errors } = start()
  const bug = new Error('a bug')
  events.subscribe(() => {
    throw bug
  })
  const heard: number[] = []
  events.subscribe(({ seq }) => heard.push(seq))
  await journal.write([event('a')])
  expect([commits, told, heard, errors]).toEqual([[1], ['1 a'], [1], [bug]])
})

const down = () => new AppError('unavailable', 'database is locked', { retryAfterMs: 2_000 })

test('writes that come in while one is stored share the next transaction', async () => {
  const { journal, commits, told } = start()
  const first = journal.write([event('a')])
  await Promise.resolve()
  await Promise.resolve()
  await Promise.all([first, journal.write([event('b')]), journal.write([event('c')])])
  expect(commits).toEqual([1, 2])
  expect(told).toEqual(['1 a', '2 b', '3 c'])
})

test('an event is told before its writer hears that it is stored', async () => {
  const { journal, told } = start()
  await journal.write([event('a')])
  expect(told).toEqual(['1 a'])
})

test('it says up to when all is stored: what waits and what is being stored is not', async () => {
  const { journal, clock, failWith } = start()
  const began = clock.wall()
  failWith(down)
  await expect(journal.record([event('a')])).rejects.toThrow()
  await clock.advance(500)
  await expect(journal.record([event('b')])).rejects.toThrow()
  expect(journal.storedUntil).toBe(began)
  failWith(undefined)
  await clock.advance(5_000)
  await settle()
  expect(journal.storedUntil).toBe(clock.wall())
  const asked = clock.wall()
  const writing = journal.write([event('c')])
  await Promise.resolve()
  await Promise.resolve()
  clock.jumpWall(10)
  expect(journal.storedUntil).toBe(asked)
  await writing
  await Promise.resolve()
  expect(journal.storedUntil).toBe(asked + 10)
})

test('a write that is refused fails alone', async () => {
  const { journal, told, failWith } = start()
  failWith((changes) =>
    changes.some((c) => c.type === 'event' && 'serverName' in c.event && c.event.serverName === 'b')
      ? new AppError('conflict', 'taken')
      : undefined,
  )
  const results = await Promise.allSettled([
    journal.write([event('a')]),
    journal.write([event('b')]),
    journal.write([event('c')]),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(told).toEqual(['1 a', '2 c'])
})

test('while the store is down a request fails at once and leaves nothing, and what was measured is told once it is back', async () => {
  const { journal, clock, told, errors, failWith } = start()
  failWith(down)
  await expect(journal.record([event('measured')])).rejects.toMatchObject({ code: 'unavailable' })
  await expect(journal.write([event('asked')])).rejects.toMatchObject({ code: 'unavailable' })
  await expect(journal.record([event('measured later')])).rejects.toMatchObject({ code: 'unavailable' })
  expect(journal.outage).toBeDefined()
  expect(told).toEqual([])
  await clock.advance(2_000)
  failWith(undefined)
  await clock.advance(2_000)
  expect(told).toEqual(['1 measured', '2 measured later'])
  expect(journal.outage).toBeUndefined()
  expect(errors).toHaveLength(1)
})

test('an outage that only a request met is over once the store is back', async () => {
  const { journal, clock, told, failWith } = start()
  failWith(down)
  await expect(journal.write([event('asked')])).rejects.toMatchObject({ code: 'unavailable' })
  await clock.advance(2_000)
  expect(journal.outage).toBeDefined()
  failWith(undefined)
  await clock.advance(2_000)
  expect(journal.outage).toBeUndefined()
  await journal.write([event('asked again')])
  expect(told).toEqual(['1 asked again'])
})

test('closing stores what is still waiting', async () => {
  const { journal, told } = start()
  const write = journal.record([event('last')])
  await journal.close()
  await write
  expect(told).toEqual(['1 last'])
})

test('what nobody waits for is stored with what comes within a moment, in order', async () => {
  const { journal, clock, commits, told } = start()
  const logged = journal.log([event('a')])
  await clock.advance(150)
  expect(commits).toEqual([])
  journal.log([event('b')]).catch(() => {})
  await clock.advance(50)
  await logged
  expect(commits).toEqual([2])
  expect(told).toEqual(['1 a', '2 b'])
})

test('what someone waits for takes along what waited before it', async () => {
  const { journal, commits, told } = start()
  const logged = journal.log([event('a')])
  await journal.write([event('b')])
  await logged
  expect(commits).toEqual([2])
  expect(told).toEqual(['1 a', '2 b'])
})

test('what waits for a moment is stored at a word, and when the journal closes', async () => {
  const { journal, told } = start()
  const logged = journal.log([event('a')])
  journal.hurry()
  await logged
  const last = journal.log([event('b')])
  await journal.close()
  await last
  expect(told).toEqual(['1 a', '2 b'])
})

test('a store that takes too long counts as down, and what it did all the same is told once', async () => {
  const { journal, clock, told, commits, hang } = start()
  const answer = hang()
  const [asked, measured] = [journal.write([event('asked')]), journal.record([event('measured')])]
  const rejected = expect(measured).rejects.toMatchObject({ code: 'unavailable' })
  await clock.advance(4_999)
  const queued = journal.write([event('queued')])
  expect(journal.outage).toBeUndefined()
  const refused = expect(queued).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: expect.any(Number) })
  await clock.advance(1)
  await Promise.all([rejected, refused])
  await expect(journal.write([event('later')])).rejects.toMatchObject({ code: 'unavailable' })
  await expect(journal.record([event('measured later')])).rejects.toMatchObject({ code: 'unavailable' })
  expect(told).toEqual([])
  await answer()
  expect(await asked).toMatchObject([{ seq: 1 }])
  await clock.advance(0)
  expect(told).toEqual(['1 asked', '2 measured', '3 measured later'])
  expect([commits, journal.outage]).toEqual([[2, 1], undefined])
})

test('what is measured while the store comes back is stored at once', async () => {
  const { journal, clock, told, failWith, hang } = start()
  failWith(down)
  await expect(journal.record([event('a')])).rejects.toMatchObject({ code: 'unavailable' })
  failWith(undefined)
  const answer = hang()
  await clock.advance(2_000)
  await expect(journal.record([event('b')])).rejects.toMatchObject({ code: 'unavailable' })
  await answer()
  await clock.advance(0)
  expect(told).toEqual(['1 a', '2 b'])
})

test('a slow store that then refuses a write is up again', async () => {
  const { journal, clock, told, hang, failWith } = start()
  const answer = hang()
  failWith((changes) => (changes.length > 0 ? new AppError('conflict', 'taken') : undefined))
  const refused = expect(journal.write([event('a')])).rejects.toMatchObject({ code: 'conflict' })
  await clock.advance(5_000)
  expect(journal.outage).toBeDefined()
  await answer()
  await refused
  expect(journal.outage).toBeUndefined()
  failWith(undefined)
  await journal.write([event('b')])
  expect(told).toEqual(['1 b'])
})

test('what waits for a store that is down has a bound, and what happened is kept longest', async () => {
  const { journal, clock, told, failWith } = start()
  failWith(down)
  const checks = 100_000
  const backlogs: number[] = []
  for (let n = 0; n < checks; n++) {
    const changes = n % 1_000 === 0 ? [logged(n), event(`${n}`)] : [logged(n)]
    journal.record(changes).catch(() => {})
    if (n % 10_000 === 0) await clock.advance(0)
    backlogs.push(journal.backlog)
  }
  expect(Math.max(...backlogs)).toBeLessThanOrEqual(2 * (KEPT.check_logged + 100))
  failWith(undefined)
  await clock.advance(2_000)
  await journal.close()
  expect(told).toEqual(Array.from({ length: 100 }, (_, n) => `${n + 1} ${n * 1_000}`))
  expect(journal.backlog).toBe(0)
})
