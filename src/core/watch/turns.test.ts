import { expect, test } from 'vitest'
import { settle } from '../../../test/support/fakes.ts'
import { type ServerId, serverId } from '../ids.ts'
import { Turns } from './turns.ts'

const [A, B] = [serverId(1), serverId(2)]

test('turns with one server are taken one after another, also after one that failed, and others do not wait', async () => {
  const turns = new Turns<ServerId>()
  const done: string[] = []
  const first = Promise.withResolvers<void>()
  const takes = [
    turns.take(A, () => first.promise),
    turns.take(A, async () => done.push('second')),
    turns.take(B, async () => done.push('other')),
  ]
  await settle()
  expect(done).toEqual(['other'])
  first.reject(new Error('failed'))
  expect((await Promise.allSettled(takes)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(done).toEqual(['other', 'second'])
})

test('who waits for the end of turns waits for all of them', async () => {
  const turns = new Turns<ServerId>()
  expect(turns.ended(A)).toBeUndefined()
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const takes = [turns.take(A, () => first.promise), turns.take(A, () => second.promise)]
  let isOver = false
  const over = turns.ended(A)?.then(() => {
    isOver = true
  })
  first.resolve()
  await settle()
  expect(isOver).toBe(false)
  second.resolve()
  await Promise.all([...takes, over])
  expect(turns.ended(A)).toBeUndefined()
})
