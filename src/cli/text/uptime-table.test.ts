import { expect, test } from 'vitest'
import { logTable } from './log-table.ts'
import { paintFor } from './paint.ts'
import { bar, periodTable } from './uptime-table.ts'

const TIME = '2026-11-22T12:00:00.000Z'
const view = { paint: paintFor(process.stdout, { NO_COLOR: '1' }), width: 120, now: 0 }

test('uptime is never rounded up to all of it, and nothing known is no number', () => {
  const period = (uptime_ratio: number | null) => ({
    period: '30d' as const,
    from: TIME,
    until: TIME,
    uptime_ratio,
    up_seconds: 0,
    down_seconds: 61,
    unknown_seconds: 0,
    checks: 3,
    failed_checks: 1,
    latency: { count: 2, p50_ms: 4.4, p95_ms: 1_200, p99_ms: null },
    incidents: 0,
    longest_incident_seconds: null,
  })
  const lines = periodTable([period(0.9999999), period(1), period(null)], view).split('\n')
  expect(lines.map((line) => line.split(/ {2,}/)[1])).toEqual(['UPTIME', '99.999%', '100%', '-'])
  expect(lines[1]).toMatch(/1m +0s +0 +- +3 +4 ms +1\.2 s +-$/)
})

test('heartbeats tell all up, partly, all down and unknown apart', () => {
  expect(bar({ from: TIME, bucket_seconds: 60, uptime_ratios: [null, 0, 0.5, 1] })).toBe('·_▄█')
})

test('a run of checks says how many since when, a check alone does not', () => {
  const log = {
    id: 1,
    server_id: 1,
    timestamp: TIME,
    until: '2026-11-22T12:36:00.000Z',
    count: 37,
    trigger: 'scheduled' as const,
    outcome: 'ok' as const,
    health_status: 'healthy' as const,
    response_time_ms: 5,
    fastest_ms: 3,
    slowest_ms: 9,
    stages: [],
    tool_count: null,
    error: null,
  }
  expect(logTable([log], view)).toMatch(/\n {2}37 checks ok since 2026-11-22 [\d:]+, 3 ms to 9 ms$/)
  expect(logTable([{ ...log, count: 1 }], view).split('\n')).toHaveLength(2)
})
