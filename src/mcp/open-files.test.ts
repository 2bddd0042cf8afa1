import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UpstreamFault } from './channel.ts'
import { OpenFiles } from './open-files.ts'

test('who needs a file when all are taken closes the connection that has idled longest', () => {
  const files = new OpenFiles(3)
  const closed: number[] = []
  for (const n of [1, 2, 3]) {
    const giveBack = files.take(1, 'connect')
    const connection = [n]
    files.keep(connection, () => {
      closed.push(n)
      giveBack()
    })
    files.idles(connection)
  }
  files.take(1, 'connect')
  expect(closed).toEqual([1])
  files.take(2, 'spawn')
  expect(closed).toEqual([1, 2, 3])
})

test('when none idles that is our own shortage', () => {
  const files = new OpenFiles(1)
  const used = {}
  const giveBack = files.take(1, 'connect')
  files.keep(used, giveBack)
  files.idles(used)
  files.idlesNoMore(used)
  expect(outcomeOf(() => files.take(1, 'connect'))).toBe('inconclusive')
  giveBack()
  giveBack()
  files.take(1, 'connect')
  expect(outcomeOf(() => files.take(1, 'connect'))).toBe('inconclusive')
})

test('a connection that was used again has idled less long than one that was not', () => {
  const files = new OpenFiles(2)
  const closed: string[] = []
  const opened = ['first', 'second'].map((name) => {
    const giveBack = files.take(1, 'connect')
    const connection = { name }
    files.keep(connection, () => {
      closed.push(name)
      giveBack()
    })
    files.idles(connection)
    return connection
  })
  const [first = {}] = opened
  files.idlesNoMore(first)
  files.idles(first)
  files.take(1, 'connect')
  expect(closed).toEqual(['second'])
})

test('whatever connections do, those that idle are closed in the order in which they began to', () => {
  const names = ['a', 'b', 'c', 'd']
  const step = fc.record({ name: fc.constantFrom(...names), does: fc.constantFrom('idles', 'idlesNoMore', 'forget') })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const files = new OpenFiles(names.length)
      const closed: string[] = []
      const connections = new Map(names.map((name) => [name, { name }]))
      for (const [name, connection] of connections) {
        const giveBack = files.take(1, 'connect')
        files.keep(connection, () => {
          closed.push(name)
          giveBack()
        })
      }
      const idle = new Set<string>()
      for (const { name, does } of steps) {
        const connection = connections.get(name) ?? {}
        files[does](connection)
        idle.delete(name)
        if (does === 'forget') connections.delete(name)
        else if (does === 'idles' && connections.has(name)) idle.add(name)
      }
      for (const _ of idle) files.take(1, 'connect')
      expect(closed).toEqual([...idle])
      expect(outcomeOf(() => files.take(1, 'connect'))).toBe('inconclusive')
    }),
  )
})

function outcomeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (!(error instanceof UpstreamFault)) throw error
    return error.outcome
  }
}
