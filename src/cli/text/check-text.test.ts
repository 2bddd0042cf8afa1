import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import type { HealthResultView } from '../../api/check-view.ts'
import { checkText } from './check-text.ts'

const passed: HealthResultView = {
  healthy: true,
  outcome: 'ok',
  stages: [
    { stage: 'connect', ok: true, ms: 2 },
    { stage: 'tools_list', ok: true, ms: 6.4 },
  ],
  response_time_ms: 18,
  tool_count: 12,
  era: 'modern',
  protocol_version: '2026-07-28',
  error: null,
}
const failed: HealthResultView = {
  ...passed,
  healthy: false,
  outcome: 'connect',
  stages: [{ stage: 'connect', ok: false, ms: 2 }],
  response_time_ms: 2,
  tool_count: null,
  protocol_version: null,
  error: {
    code: 'connect_refused',
    stage: 'connect',
    message: 'Connection refused by 127.0.0.1:9',
    next_action: 'Start the server, or correct its URL.',
  },
}

test('a check that passed tells its stages with their times', () => {
  expect(checkText({ name: 'github', status: 'healthy', previous: 'unhealthy', result: passed }, plain)).toBe(
    ['✓ healthy  github (was unhealthy)  18 ms, 12 tools, MCP 2026-07-28', '  connect 2 ms, tools_list 6 ms'].join(
      '\n',
    ),
  )
})

test('one that failed tells where, why and what to do', () => {
  expect(checkText({ name: 'github', status: 'disconnected', result: failed }, plain).split('\n')).toEqual([
    '✗ disconnected  github  2 ms, connect',
    '  connect failed after 2 ms',
    '  Connection refused by 127.0.0.1:9 (connect_refused at connect)',
    '  Next: Start the server, or correct its URL.',
  ])
})

test('where the check and the status differ, it says why', () => {
  const text = (status: 'healthy' | 'circuit_open' | 'disabled', result: HealthResultView) =>
    checkText({ name: 'x', status, result }, plain)
  expect(text('circuit_open', passed)).toContain('This check passed; circuit_open until another one passes.')
  expect(text('healthy', failed)).toContain('This check failed; healthy until failures repeat.')
  expect(text('disabled', passed)).toContain('only looked at it')
})
