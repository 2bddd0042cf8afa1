import { expect, test } from 'vitest'
import { severityOf } from './status.ts'

test('each change of status is as loud as what it means', () => {
  expect(severityOf('healthy', undefined)).toBe('info')
  expect(severityOf('unknown', 'stale')).toBe('warning')
  expect(severityOf('disconnected', 'connect_refused')).toBe('high')
  expect(severityOf('unhealthy', 'http_status')).toBe('high')
  expect(severityOf('unhealthy', 'auth_required')).toBe('warning')
  expect(severityOf('circuit_open', 'circuit_open')).toBe('critical')
  expect(severityOf('disabled', 'auto_disabled')).toBe('critical')
  expect(severityOf('disabled', 'user_disabled')).toBe('info')
})
