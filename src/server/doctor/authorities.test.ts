import { expect, test } from 'vitest'
import { judgeAuthorities } from './authorities.ts'

const NOW = Date.UTC(2026, 10, 23)
const FACTS = { path: 'ca.pem', fault: undefined, certificates: [{ subject: 'CN=ours', endsAt: NOW + 1 }] }

test('a file of authorities must be readable and hold certificates that did not end', () => {
  const levels = [
    FACTS,
    { ...FACTS, certificates: [{ subject: 'CN=ours', endsAt: NOW - 1 }] },
    { ...FACTS, certificates: [] },
    { ...FACTS, fault: 'ENOENT', certificates: [] },
  ].map((facts) => judgeAuthorities(facts, NOW).level)
  expect(levels).toEqual(['ok', 'warning', 'problem', 'problem'])
})
