import { expect, test } from 'vitest'
import { aServerView } from '../../../test/support/wire-samples.ts'
import type { EventView } from '../../api/events-view.ts'
import type { LiveMessage } from '../../api/live.ts'
import { afterMessage, NO_NEWS } from './live-news.ts'

const page = (number: number, pages: number, ids: readonly number[], seq = 4, epoch = 'a'): LiveMessage => ({
  ...{ type: 'initial_status', seq, epoch, version: seq, page: number, pages },
  servers: ids.map((id) => aServerView(id, { version: seq })),
})
const about = (id: number) => ({ server_id: id, mcp_name: `server-${id}`, version: 4, severity: 'info' as const })
const timestamp = '2026-01-01T00:00:00.000Z'
const deleted = (seq: number, id: number): EventView => ({
  ...{ seq, timestamp },
  event_type: 'mcp_server_deleted',
  event_data: about(id),
})

const after = (...messages: readonly LiveMessage[]) => messages.reduce(afterMessage, NO_NEWS)
const ids = (...messages: readonly LiveMessage[]) => [...(after(...messages).fleet?.servers.keys() ?? [])]

test('nothing is shown before the last page of the state has come', () => {
  expect(after(page(1, 2, [1])).fleet).toBeUndefined()
  expect(ids(page(1, 2, [1]), page(2, 2, [2]))).toEqual([1, 2])
  expect(after(page(1, 1, [], 7)).seq).toBe(7)
})

test('a state that begins anew forgets the pages of one that was cut off', () => {
  expect(ids(page(1, 2, [1]), page(1, 1, [2]))).toEqual([2])
})

test('views that are pushed come in, whether they are of known servers or of new ones', () => {
  expect(ids(page(1, 1, [1]), { type: 'servers', servers: [aServerView(2, { version: 5 })] })).toEqual([1, 2])
})

test('a deleted server is gone, and the newest event is remembered', () => {
  const news = after(page(1, 1, [1, 2]), { batch: [deleted(5, 1), deleted(6, 9)] })
  expect([...(news.fleet?.servers.keys() ?? [])]).toEqual([2])
  expect(news.seq).toBe(6)
})

test('of another history nothing is kept: lower numbers count, and servers that were deleted may be there again', () => {
  const messages = [page(1, 1, [1, 2], 9), deleted(10, 1), page(1, 1, [1], 5, 'b')]
  expect(ids(...messages)).toEqual([1])
  expect(after(...messages)).toMatchObject({ seq: 5, epoch: 'b' })
  expect(ids(...messages.slice(0, 2), page(1, 1, [1, 2], 10))).toEqual([2])
})
