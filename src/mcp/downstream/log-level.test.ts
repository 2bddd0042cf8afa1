import { expect, test } from 'vitest'
import type { JsonObject } from '../../core/capabilities.ts'
import { META } from '../relay-request.ts'
import { isWanted } from './log-level.ts'

const asking = (logLevel: string) => ({ name: 'echo', _meta: { [META.logLevel]: logLevel } })

test('a request hears log messages of the level it asked for and above', () => {
  const heard = ['debug', 'info', 'warning', 'emergency'].filter((level) => isWanted({ level }, asking('warning')))
  expect(heard).toEqual(['warning', 'emergency'])
})
test('one that asked for none hears none', () => {
  const asks: readonly JsonObject[] = [{}, { _meta: {} }, asking('everything')]
  expect(asks.map((params) => isWanted({ level: 'emergency' }, params))).toEqual([false, false, false])
})
