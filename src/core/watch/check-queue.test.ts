import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant } from '../clock.ts'
import { serverId } from '../ids.ts'
import { Admission, CAPS, type CheckClass } from './admission.ts'
import { CheckQueue, type Ticket } from './check-queue.ts'

function fill(queue: CheckQueue<string>, kind: CheckClass, count: number, origin: (n: number) => string, from = 1) {
  for (let n = from; n < from + count; n++) queue.add(serverId(n), kind, origin(n), kind)
}

function takeAll(queue: CheckQueue<string>, now: number): Ticket<string>[] {
  const taken: Ticket<string>[] = []
  for (let ticket = queue.take(instant(now)); ticket; ticket = queue.take(instant(now))) taken.push(ticket)
  return taken
}

const own = (n: number) => `http://${n}.test`
const shared = () => 'http://one.test'

test('someone waiting for the answer goes first, then the sound, then the suspect', () => {
  const queue = new CheckQueue<string>()
  fill(queue, 'suspect', 1, own, 1)
  fill(queue, 'sound', 1, own, 2)
  fill(queue, 'on_demand', 1, own, 3)
  expect(takeAll(queue, 0).map(({ item }) => item)).toEqual(['on_demand', 'sound', 'suspect'])
})

test('at most 250 start in a second, and the rest a second later', () => {
  const queue = new CheckQueue<string>()
  fill(queue, 'sound', 400, own)
  const first = takeAll(queue, 0)
  expect(first).toHaveLength(CAPS.startsPerSecond)
  expect(takeAll(queue, 999)).toHaveLength(0)
  expect(queue.retryAt(instant(999))).toBe(1_000)
  expect(takeAll(queue, 1_000)).toHaveLength(150)
  expect(queue.retryAt(instant(1_000))).toBeUndefined()
})

test('a start counts for a second, however often was asked since', () => {
  const queue = new CheckQueue<string>()
  fill(queue, 'sound', 1, own)
  takeAll(queue, 0)
  takeAll(queue, 500)
  fill(queue, 'sound', CAPS.startsPerSecond + 1, own, 2)
  expect(takeAll(queue, 1_000)).toHaveLength(CAPS.startsPerSecond)
})

test('at most 16 run towards one origin, and others are not held up by it', () => {
  const queue = new CheckQueue<string>()
  fill(queue, 'sound', 20, shared)
  fill(queue, 'sound', 1, own, 100)
  const taken = takeAll(queue, 0)
  expect(taken.filter(({ origin }) => origin === shared())).toHaveLength(CAPS.perOrigin)
  expect(taken.map(({ id }) => id)).toContain(100)
  for (const ticket of taken) queue.finished(ticket)
  expect(takeAll(queue, 0)).toHaveLength(4)
})

test('a server waits once: asked for on demand, it leaves the line where it stood', () => {
  const queue = new CheckQueue<string>()
  fill(queue, 'sound', 2, own)
  queue.add(serverId(2), 'on_demand', own(2), 'asked for')
  expect(takeAll(queue, 0).map(({ id, item }) => [id, item])).toEqual([
    [2, 'asked for'],
    [1, 'sound'],
  ])
})

test('of those that wait for two origins, who came first goes first when both are free', () => {
  for (const [first, second] of [
    ['http://a.test', 'http://b.test'],
    ['http://b.test', 'http://a.test'],
  ]) {
    const queue = new CheckQueue<string>()
    for (const origin of ['http://a.test', 'http://b.test'])
      fill(queue, 'sound', CAPS.perOrigin, () => origin, 1 + 100 * Number(origin === 'http://b.test'))
    const running = takeAll(queue, 0)
    queue.add(serverId(500), 'sound', first ?? '', 'came first')
    queue.add(serverId(501), 'sound', second ?? '', 'came second')
    expect(takeAll(queue, 0)).toEqual([])
    for (const ticket of running) queue.finished(ticket)
    expect(takeAll(queue, 0).map(({ item }) => item)).toEqual(['came first', 'came second'])
  }
})

test('who waits for an origin that became free in a full second starts in the next', () => {
  const queue = new CheckQueue<string>()
  fill(queue, 'sound', CAPS.perOrigin + 1, shared)
  const [first] = takeAll(queue, 0)
  fill(queue, 'sound', CAPS.startsPerSecond - CAPS.perOrigin, own, 100)
  takeAll(queue, 0)
  if (first) queue.finished(first)
  expect(takeAll(queue, 500)).toEqual([])
  expect(queue.retryAt(instant(500))).toBe(1_000)
  expect(takeAll(queue, 1_000).map(({ id }) => id)).toEqual([CAPS.perOrigin + 1])
})

test('as long as one waits, whether for its origin or for all, there is a time to ask again', () => {
  const queue = new CheckQueue<string>()
  fill(queue, 'sound', CAPS.perOrigin + 1, shared)
  takeAll(queue, 5_000)
  expect(queue.retryAt(instant(5_000))).toBe(6_000)
  expect(queue.retryAt(instant(7_500))).toBe(8_500)
  fill(queue, 'sound', 1, own, 100)
  expect(queue.retryAt(instant(5_000))).toBe(6_000)
  queue.remove(serverId(100))
  queue.remove(serverId(CAPS.perOrigin + 1))
  expect(queue.retryAt(instant(5_000))).toBeUndefined()
})

test('hung suspects take half of the places, and sound ones still start', () => {
  const queue = new CheckQueue<string>()
  for (let second = 0; second < 10; second++) {
    fill(queue, 'suspect', 200, own, 1 + second * 200)
    takeAll(queue, second * 1_000)
  }
  expect(queue.inFlight).toBe(CAPS.inFlight / 2)
  fill(queue, 'sound', 100, own, 5_000)
  expect(takeAll(queue, 20_000)).toHaveLength(100)
})

test('19: for any arrivals and endings at most 250 are seen to start in a second, and no other cap is exceeded either', () => {
  const step = fc.record({
    kind: fc.constantFrom<CheckClass>('on_demand', 'sound', 'suspect'),
    count: fc.integer({ min: 0, max: 120 }),
    origins: fc.integer({ min: 1, max: 40 }),
    pauseMs: fc.integer({ min: 0, max: 700 }),
    finish: fc.integer({ min: 0, max: 100 }),
    firstTakesMs: fc.integer({ min: 0, max: 100 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25, size: 'max' }), (steps) => {
      const queue = new CheckQueue<string>()
      const running: Ticket<string>[] = []
      const seen: number[] = []
      let now = 0
      let nextId = 1
      for (const { kind, count, origins, pauseMs, finish, firstTakesMs } of steps) {
        now += pauseMs
        fill(queue, kind, count, (n) => `http://${n % origins}.test`, nextId)
        nextId += count
        for (const ticket of running.splice(0, finish)) queue.finished(ticket)
        const first = queue.take(instant(now))
        now += firstTakesMs
        const taken = first ? [first, ...takeAll(queue, now)] : []
        running.push(...taken)
        seen.push(...taken.map(() => now))
        const perOrigin = Map.groupBy(running, ({ origin }) => origin)
        expect(running.length).toBeLessThanOrEqual(CAPS.inFlight)
        expect(running.filter((ticket) => ticket.kind === 'suspect').length).toBeLessThanOrEqual(CAPS.inFlight / 2)
        for (const tickets of perOrigin.values()) expect(tickets.length).toBeLessThanOrEqual(CAPS.perOrigin)
        expect(seen.filter((at) => now - at < 1_000).length).toBeLessThanOrEqual(CAPS.startsPerSecond)
      }
    }),
    { numRuns: 50 },
  )
})

test('for any arrivals, endings and removals those start who would if everyone was asked in turn', () => {
  const step = fc.record({
    kind: fc.constantFrom<CheckClass>('sound', 'suspect'),
    count: fc.integer({ min: 0, max: 80 }),
    origins: fc.integer({ min: 1, max: 6 }),
    pauseMs: fc.integer({ min: 0, max: 700 }),
    finish: fc.integer({ min: 0, max: 60 }),
    remove: fc.integer({ min: 1, max: 400 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25, size: 'max' }), (steps) => {
      const queue = new CheckQueue<string>()
      const admission = new Admission()
      let waiting: { readonly id: number; readonly origin: string; readonly kind: CheckClass }[] = []
      const takeInTurn = (now: number) => {
        const taken: number[] = []
        for (const kind of ['sound', 'suspect'] as const) {
          for (const { id, origin } of waiting.filter((one) => one.kind === kind)) {
            const answer = admission.tryStart(origin, kind, instant(now))
            if (answer === 'class_full') break
            if (answer === 'start') taken.push(id)
          }
        }
        waiting = waiting.filter(({ id }) => !taken.includes(id))
        return taken
      }
      const running: Ticket<string>[] = []
      let now = 0
      let nextId = 1
      for (const { kind, count, origins, pauseMs, finish, remove } of steps) {
        now += pauseMs
        const origin = (n: number) => `http://${n % origins}.test`
        fill(queue, kind, count, origin, nextId)
        for (let n = 0; n < count; n++, nextId++) waiting.push({ id: nextId, origin: origin(nextId), kind })
        queue.remove(serverId(remove))
        waiting = waiting.filter(({ id }) => id !== remove)
        for (const ticket of running.splice(0, finish)) {
          queue.finished(ticket)
          admission.finished(ticket.origin, ticket.kind)
        }
        const taken = takeAll(queue, now)
        running.push(...taken)
        expect(taken.map(({ id }): number => id).sort((a, b) => a - b)).toEqual(takeInTurn(now).sort((a, b) => a - b))
        expect(waiting.every(({ id }) => queue.has(serverId(id)))).toBe(true)
      }
    }),
    { numRuns: 100 },
  )
})
