import { expect, test } from 'vitest'
import { draftFromText, draftOf } from './draft.ts'
import { runBlock } from './run-block.ts'

const server = { name: 'files', health_status: 'healthy', circuit: { state: 'closed' } } as const
const ready = { mayRun: true, role: 'operator', server, draft: draftOf({}), flaws: [] } as const
const missing = (name: string) => ({ path: [name], message: 'is required', isMissing: true })

test('nothing stands in the way of a call that fits', () => expect(runBlock(ready)).toBeUndefined())

test.each([
  ['the role', { mayRun: false, role: 'viewer' }, /viewer, may not run tools; operator and admin may/],
  ['a disabled server', { server: { ...server, health_status: 'disabled' } }, /files is disabled. Enable it/],
  ['an open circuit', { server: { ...server, circuit: { state: 'half_open' } } }, /half open: calls are refused/],
  ['what is no JSON', { draft: draftFromText('{') }, /not JSON yet/],
  ['a missing argument', { flaws: [missing('a')] }, /^a is required$/],
] as const)('%s stands in the way, and it is said how to go on', (_, change, reason) =>
  expect(runBlock({ ...ready, ...change })).toMatch(reason),
)

test('of many flaws the first are named', () =>
  expect(runBlock({ ...ready, flaws: ['a', 'b', 'c', 'd'].map(missing) })).toBe(
    'a is required; b is required; c is required; and 1 more',
  ))
