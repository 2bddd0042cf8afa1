import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import { ok, problem, skipped, warning } from '../../server/doctor/finding.ts'
import { doctorText } from './doctor-text.ts'

test('each finding has a sign, what is wrong comes with what to do, and the end counts them', () => {
  const findings = [
    ok('data', './data is for this user only'),
    warning('key', 'It can be read', 'chmod 600 it'),
    problem('database', 'It is damaged\u001b[2J', 'Restore it'),
    skipped('server', 'None answers'),
  ]
  expect(doctorText(findings, plain)).toBe(
    [
      '✓ data      ./data is for this user only',
      '! key       It can be read',
      '            Next: chmod 600 it',
      '✗ database  It is damaged',
      '            Next: Restore it',
      '- server    None answers',
      '',
      '1 problem, 1 warning',
    ].join('\n'),
  )
  expect(doctorText([ok('data', 'It is there')], plain)).toContain('\n\nNothing is wrong.')
})
