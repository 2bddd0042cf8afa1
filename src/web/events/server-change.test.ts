import { expect, test } from 'vitest'
import type { StoredEventView } from '../../api/events-view.ts'
import { changeOf, type ServerChange, tellings, tellingText } from './server-change.ts'

type StatusChange = Extract<StoredEventView, { event_type: 'mcp_status_change' }>

const about = (id: number) => ({ server_id: id, mcp_name: `server-${id}`, version: 1, severity: 'high' as const })
const at = { seq: 1, timestamp: '2026-01-01T00:00:00.000Z' }
const fell: StatusChange['event_data'] = {
  ...about(1),
  ...{
    old_status: 'healthy',
    new_status: 'disconnected',
    reason_code: 'connect_refused',
    reason: 'Connection refused',
  },
}
const change = (over: Partial<StatusChange['event_data']> = {}) =>
  changeOf({ ...at, event_type: 'mcp_status_change', event_data: { ...fell, ...over } })

test('a server that falls is told with its reason, and stays when it is critical', () => {
  expect(change()).toMatchObject({ name: 'server-1', label: 'Disconnected', tone: 'bad', isCritical: false })
  expect(change({ new_status: 'circuit_open', severity: 'critical' })).toMatchObject({ isCritical: true })
})

test('a recovery is told, a first check that passes is not', () => {
  expect(change({ old_status: 'circuit_open', new_status: 'healthy' })).toMatchObject({ tone: 'good' })
  expect(change({ old_status: 'unknown', new_status: 'healthy' })).toBeUndefined()
  expect(change({ old_status: 'unknown' })).toMatchObject({ label: 'Disconnected' })
})

test('a status that got stale is told, one that begins anew is not', () => {
  expect(change({ new_status: 'unknown', reason_code: 'stale' })).toMatchObject({ label: 'Unknown' })
  expect(change({ new_status: 'unknown', reason_code: 'never_checked' })).toBeUndefined()
})

test('a disable by itself is told once, by the event that says why', () => {
  expect(change({ new_status: 'disabled', reason_code: 'auto_disabled' })).toBeUndefined()
  const event_data = { ...about(1), severity: 'critical', reason: '10 cycles failed', failure_cycles: 10 } as const
  expect(changeOf({ ...at, event_type: 'mcp_auto_disabled', event_data })).toMatchObject({
    ...{ label: 'Disabled automatically', detail: '10 cycles failed', isCritical: true },
  })
})

const changed = (id: number, label = 'Disconnected'): ServerChange => ({
  ...{ serverId: id, name: `server-${id}`, label, detail: 'why', tone: 'bad', isCritical: false },
  timestamp: at.timestamp,
})
const texts = (...labels: readonly string[]) => tellings(labels.map((label, id) => changed(id, label))).map(tellingText)

test('few are told one by one, many together with how many are how', () => {
  expect(texts('Healthy', 'Healthy', 'Unhealthy')).toHaveLength(3)
  expect(texts('Healthy', 'Unhealthy', 'Healthy', 'Healthy')).toEqual([
    { title: '4 servers changed', detail: '3 healthy, 1 unhealthy' },
  ])
  expect(texts('Disconnected')).toEqual([{ title: 'server-0: Disconnected', detail: 'why' }])
})

test('what is critical is not hidden among the many', () => {
  const critical = { ...changed(9), isCritical: true }
  const told = tellings([1, 2, 3, 4].map((id) => changed(id)).concat(critical))
  expect(told.map((telling) => telling.length)).toEqual([1, 4])
})
