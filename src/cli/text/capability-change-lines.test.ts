import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import type { CapabilityChangeView } from '../../api/capabilities-view.ts'
import { capabilityChangeLines } from './capability-change-lines.ts'

const aChange = (over: Partial<CapabilityChangeView>): CapabilityChangeView => ({
  id: 1,
  seen_at: '2026-01-01T00:00:00.000Z',
  kind: 'tool',
  name: 'add',
  change: 'added',
  before: null,
  after: null,
  truncated: false,
  omitted: 0,
  ...over,
})
const line = (over: Partial<CapabilityChangeView>) =>
  capabilityChangeLines([aChange(over)], plain).replace(/^[-:\d]+ [:\d]+ /, '')

test('what came and went has a sign, and what changed says in which parts', () => {
  expect(line({ after: { name: 'add' } })).toBe('+ tool add')
  expect(line({ change: 'removed', kind: 'prompt' })).toBe('- prompt add')
  const [before, after] = [
    { name: 'add', description: 'a', inputSchema: { type: 'object' } },
    { name: 'add', description: 'b', inputSchema: { type: 'object' }, title: 't' },
  ]
  expect(line({ change: 'changed', before, after })).toBe('~ tool add (description, title)')
})

test('what is not kept is said', () => {
  expect(line({ change: 'changed', truncated: true, omitted: 7 })).toBe(
    '~ tool add (too large to be kept; 7 more at that time)',
  )
})
