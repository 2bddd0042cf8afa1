import { expect, test } from 'vitest'
import type { ToolCallAnswer } from '../../api/tool-call.ts'
import { summaryOf } from './run-summary.ts'

const answered = (answer: Partial<ToolCallAnswer>) =>
  summaryOf({
    kind: 'answered',
    args: {},
    at: 0,
    roundTripMs: 5,
    answer: {
      server_id: 1,
      tool: 'read',
      outcome: 'ok',
      duration_ms: 3,
      result: null,
      rpc_error: null,
      error: null,
      is_error: false,
      output_schema: null,
      timing: { started_at: '2026-01-01T00:00:00.000Z', waited_ms: 0, prepared_ms: null, answered_ms: null },
      raw: { request: null, response: null },
      ...answer,
    },
  })

test('an error of the tool is its answer, not an outage', () =>
  expect(answered({ result: { isError: true, content: [] }, is_error: true })).toMatchObject({
    tone: 'warn',
    outcome: 'Error of the tool',
    detail: expect.stringContaining('server itself is fine'),
  }))

test('an empty result says so', () => {
  expect(answered({ result: { content: [] } }).outcome).toBe('Empty result')
  expect(answered({ result: { content: [], structuredContent: {} } }).outcome).toBe('Done')
})

test('a refusal of the server and no answer at all are told apart', () => {
  expect(answered({ rpc_error: { code: -32602, message: 'no' } })).toMatchObject({ tone: 'warn' })
  const error = { code: 'timeout', stage: 'handshake', message: 'No answer.', next_action: 'Look.' } as const
  expect(answered({ error })).toEqual({ tone: 'bad', outcome: 'No answer', detail: 'No answer. Look.' })
})

test('a call that was never made says why', () =>
  expect(summaryOf({ kind: 'refused', args: {}, at: 0, error: new Error('disabled') })).toMatchObject({
    outcome: 'Not run',
    detail: 'disabled',
  }))
