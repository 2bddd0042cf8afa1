import { expect, test } from 'vitest'
import { UpstreamFault } from './channel.ts'
import { OpenFiles } from './open-files.ts'

test('who needs a file when all are taken closes the connection that has idled longest', () => {
  const files = new OpenFiles(3)
  const closed: number[] = []
  for (const n of [1, 2, 3]) {
    const giveBack = files.take(1, 'connect')
    files.idles([n], () => {
      closed.push(n)
      giveBack()
    })
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
  files.idles(used, giveBack)
  files.idlesNoMore(used)
  expect(outcomeOf(() => files.take(1, 'connect'))).toBe('inconclusive')
  giveBack()
  giveBack()
  files.take(1, 'connect')
  expect(outcomeOf(() => files.take(1, 'connect'))).toBe('inconclusive')
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
