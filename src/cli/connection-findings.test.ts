import { expect, test } from 'vitest'
import { type ConnectionFacts, judgeConnection } from './connection-findings.ts'

const NOW = Date.UTC(2026, 10, 23)
const HERE = { running: true, version: '1.2.0', now: NOW }
const session = { name: 'me', role: 'admin', expires_at: null } as const
const known = { kind: 'known', session, version: '1.2.0' } as const

const facts = (answer: ConnectionFacts['answer']): ConnectionFacts => ({
  url: 'http://127.0.0.1:8000',
  local: true,
  answer,
})
const judged = (answer: ConnectionFacts['answer'], here: Partial<typeof HERE> = {}) =>
  judgeConnection(facts(answer), { ...HERE, ...here }).map(({ topic, level }) => `${topic} ${level}`)

const given = { kind: 'given', ready: true, identity: known } as const

test('an Omni2 that answers, is ready and knows the token is well', () => {
  expect(judged(given)).toEqual(['server ok', 'login ok'])
})

test('no answer is a problem, unless none runs on this machine', () => {
  const none = { kind: 'none', why: 'No Omni2 at http://127.0.0.1:8000 (connection refused).' } as const
  expect([judged(none), judged(none, { running: false })]).toEqual([['server problem'], ['server skipped']])
  expect(judgeConnection({ ...facts(none), local: false }, { ...HERE, running: false })[0]?.level).toBe('problem')
})

test('what is not ready, not signed in, refused, about to end or of another version is told', () => {
  expect(judged({ ...given, ready: false })).toEqual(['server problem', 'login ok'])
  expect(judged({ ...given, identity: { kind: 'nobody' } })).toEqual(['server ok', 'login skipped'])
  expect(judged({ ...given, identity: { kind: 'refused', why: 'no' } })).toEqual(['server ok', 'login problem'])
  const ending = { ...session, expires_at: new Date(NOW + 86_400_000).toISOString() }
  expect(judged({ ...given, identity: { ...known, session: ending } })).toEqual(['server ok', 'login warning'])
  expect(judged({ ...given, identity: { ...known, version: '1.1.0' } })).toEqual([
    'server ok',
    'login ok',
    'version warning',
  ])
  expect(judged({ ...given, identity: { ...known, version: undefined } })).toEqual(['server ok', 'login ok'])
})
