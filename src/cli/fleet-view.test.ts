import { expect, test } from 'vitest'
import { aServerView } from '../../test/support/wire-samples.ts'
import type { LiveMessage } from '../api/live.ts'
import { changedServers, type Fleet, nextFleet, withView } from './fleet-view.ts'

const timestamp = '2026-01-01T00:00:10.000Z'
const about = { server_id: 1, mcp_name: 'server-1', version: 7, severity: 'high' } as const
const page = (number: number, ...servers: ReturnType<typeof aServerView>[]): LiveMessage => ({
  type: 'initial_status',
  seq: 5,
  epoch: 'a',
  version: 5,
  page: number,
  pages: 2,
  servers,
})
const fell: LiveMessage = {
  seq: 6,
  event_type: 'mcp_status_change',
  timestamp,
  event_data: {
    ...about,
    old_status: 'healthy',
    new_status: 'disconnected',
    reason_code: 'connect_refused',
    reason: 'Connection refused',
  },
}
const after = (...messages: LiveMessage[]): Fleet => messages.reduce(nextFleet, new Map())
const both = [page(1, aServerView(1)), page(2, aServerView(2))] as const

test('pages add up, and a first page starts anew', () => {
  expect([...after(...both).keys()]).toEqual([1, 2])
  expect([...after(...both, page(1, aServerView(3))).keys()]).toEqual([3])
})

test('a status change tells the status, since when and why; advice of before is gone', () => {
  const old = aServerView(1, { next_action: 'Nothing' })
  expect(after(page(1, old), fell).get(1)).toMatchObject({
    health_status: 'disconnected',
    since: timestamp,
    reason: 'Connection refused',
    next_action: null,
  })
  expect(changedServers(fell)).toEqual([1])
})

test('a check tells when it was, how long it took and when the next one is', () => {
  const notice: LiveMessage = {
    event_type: 'mcp_health_check',
    timestamp,
    event_data: {
      ...about,
      health_status: 'healthy',
      trigger: 'scheduled',
      outcome: 'ok',
      healthy: true,
      reason_code: null,
      response_time_ms: 7,
      next_check_at: '2026-01-01T00:01:10.000Z',
      badges: ['degraded'],
    },
  }
  expect(after(...both, notice).get(1)).toMatchObject({
    response_time_ms: 7,
    last_health_check: timestamp,
    next_check_at: '2026-01-01T00:01:10.000Z',
    badges: ['degraded'],
  })
  expect(changedServers(notice)).toEqual([])
})

test('servers come and go', () => {
  const created: LiveMessage = {
    seq: 7,
    event_type: 'mcp_server_created',
    timestamp,
    event_data: { ...about, server_id: 9, server: aServerView(9) },
  }
  const deleted: LiveMessage = { seq: 8, event_type: 'mcp_server_deleted', timestamp, event_data: about }
  expect([...after(...both, created, deleted).keys()]).toEqual([2, 9])
})

test('a batch is its events in order, and what is about nobody known changes nothing', () => {
  const stranger: LiveMessage = { ...fell, event_data: { ...fell.event_data, server_id: 77 } }
  expect(after(...both, { batch: [fell, stranger] }).get(1)?.health_status).toBe('disconnected')
  expect(after(...both, stranger)).toEqual(after(...both))
})

test('what is older than what is known changes nothing, whichever way it came', () => {
  const known = after(page(1, aServerView(1, { version: 8 })), page(2))
  expect(nextFleet(known, fell)).toBe(known)
  const updated: LiveMessage = {
    seq: 9,
    event_type: 'mcp_server_updated',
    timestamp,
    event_data: { ...about, server: aServerView(1, { version: 7, description: 'old' }) },
  }
  expect(nextFleet(known, updated)).toBe(known)
  expect(withView(known, aServerView(1, { version: 7 }))).toBe(known)
  expect(withView(known, aServerView(1, { version: 8, description: 'new' })).get(1)?.description).toBe('new')
  expect(withView(known, aServerView(3, { version: 9 }))).toBe(known)
})
