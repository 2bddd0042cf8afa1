import { expect, test } from 'vitest'
import { aServerView } from '../../../test/support/wire-samples.ts'
import { BREAKER_DEFAULTS } from '../../api/breaker.ts'
import type { ServerView } from '../../api/server-view.ts'
import { statusStory } from './status-story.ts'

const NOW = Date.parse('2026-01-01T00:10:00.000Z')
const at = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString()
const story = (server: Partial<ServerView>) =>
  statusStory(aServerView(1, { since: at(-240), next_check_at: at(12), ...server }), BREAKER_DEFAULTS, NOW)
const open = { state: 'open', failure_count: 5, failure_cycles: 3, opened_at: at(-60), retry_at: at(12) } as const
const refused = 'Connection refused by 127.0.0.1:1'
const stopped = `Calls are stopped: ${refused}`

test.each<[string, Partial<ServerView>, string]>([
  [
    'called by agents',
    {
      ...{ health_status: 'disabled', would_be_healthy: null },
      traffic: { calls: 34, per_minute: 6.8, error_ratio: 0.06, window_seconds: 300 },
    },
    'Disabled by a person for 4m. It is not checked. Agents called it 34 times in the last 5 minutes, and got an error in 6% of them.',
  ],
  [
    'up',
    { last_health_check: at(-5), response_time_ms: 18 },
    'Up for 4m. The last check passed 5s ago, in 18 ms. Next check in 12s.',
  ],
  ['down', { health_status: 'disconnected', reason: refused }, `Down for 4m: ${refused}. Next attempt in 12s.`],
  [
    'down and being checked',
    { health_status: 'unhealthy', reason: 'No answer within 3 s.', next_check_at: null },
    'Down for 4m: No answer within 3 s. It is being checked.',
  ],
  [
    'cut off',
    { health_status: 'circuit_open', reason: stopped, circuit: open },
    `Circuit open for 4m. ${stopped}. Next attempt in 12s. 3 of 10 cycles to automatic disable.`,
  ],
  [
    'tried by a canary',
    { health_status: 'circuit_open', reason: stopped, circuit: { ...open, state: 'half_open', retry_at: null } },
    `Circuit open for 4m. ${stopped}. A canary check tries it now. 3 of 10 cycles to automatic disable.`,
  ],
  [
    'disabled by a person',
    { health_status: 'disabled', next_check_at: null },
    'Disabled by a person for 4m. It is not checked.',
  ],
  [
    'given up, and back',
    {
      health_status: 'disabled',
      auto_disabled_at: at(-240),
      auto_disabled_reason: 'Disabled automatically',
      would_be_healthy: true,
    },
    'Disabled automatically. It answers again: enable it.',
  ],
  [
    'just given up',
    { health_status: 'disabled', auto_disabled_at: at(-240), auto_disabled_reason: 'Disabled automatically' },
    'Disabled automatically. It is looked at once an hour.',
  ],
  ['never seen', { health_status: 'unknown' }, 'Not checked yet. Next attempt in 12s.'],
])('the story of a server that is %s', (_, server, expected) => {
  expect(story(server)).toBe(expected)
})

test('no cycles are counted to a disable that does not come', () => {
  const server = aServerView(1, { health_status: 'circuit_open', reason: stopped, circuit: open })
  expect(statusStory(server, { ...BREAKER_DEFAULTS, auto_disable_enabled: false }, NOW)).not.toContain('cycles')
})
