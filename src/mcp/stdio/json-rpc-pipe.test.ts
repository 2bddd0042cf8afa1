import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { rise } from '../../../test/support/fakes.ts'
import { ByteBudget } from '../byte-budget.ts'
import { inconclusive } from '../failures.ts'
import { JsonRpcPipe } from './json-rpc-pipe.ts'

test('a line that goes on after the end takes nothing of what all answers share', () => {
  const input = new PassThrough()
  const memory = new ByteBudget(1_000)
  const listener = { notified: rise, asked: rise }
  const heard = { unasked: rise, strayed: rise, broken: rise }
  const pipe = new JsonRpcPipe({ input, output: new PassThrough(), memory, where: 'it', listener, ...heard })
  input.emit('data', Buffer.from('x'.repeat(600)))
  expect(memory.take(600)).toBe(false)
  pipe.end(inconclusive('handshake', 'it was closed', undefined, ''))
  input.emit('data', Buffer.from('x'.repeat(600)))
  expect(memory.take(1_000)).toBe(true)
})
