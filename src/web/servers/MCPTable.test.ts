import { expect, test } from 'vitest'
import { aServerView } from '../../../test/support/wire-samples.ts'
import { getButtonState } from './MCPTable.tsx'

test.each([
  ['healthy', false, 'Reload server'],
  ['unhealthy', false, 'Retry connection'],
  ['disconnected', true, 'MCP disconnected, retrying...'],
  ['circuit_open', true, 'Circuit breaker open'],
  ['disabled', true, 'Manually disabled'],
  ['unknown', false, 'Check status'],
] as const)('the refresh button of a server that is %s', (health_status, disabled, tooltip) => {
  expect(getButtonState(aServerView(1, { health_status }))).toEqual({ disabled, tooltip })
})

test('the button of a server that was disabled by itself says after what', () => {
  const server = aServerView(1, { health_status: 'disabled', auto_disabled_at: '2026-01-01T00:00:00.000Z' })
  const circuit = { ...server.circuit, failure_cycles: 3 }
  expect(getButtonState({ ...server, circuit })).toEqual({
    disabled: true,
    tooltip: 'Disabled automatically after 3 failure cycles',
  })
})
