import { expect, test } from 'vitest'
import { Secret } from '../core/config/secret.ts'
import { mintSecret } from './access/secrets.ts'
import { createLog } from './log.ts'
import { toHumanLine } from './log-line.ts'

function setup(secrets: readonly string[] = []) {
  const lines: string[] = []
  const log = createLog({ level: 'info', destination: { write: (line: string) => lines.push(line) }, secrets })
  return { log, lines }
}

test('a line is one JSON object with time, level and fields', () => {
  const { log, lines } = setup()
  log.info({ route: '/x', ms: 3 }, 'request')
  log.debug('not at this level')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), route: '/x', ms: 3, msg: 'request' },
  ])
})

const minted = mintSecret('admin')
test.each([
  ['a field by its name', { authorization: 'planted-one' }],
  ['a nested field', { request: { cookie: 'planted-one' } }],
  ['a Secret', { value: new Secret('planted-one') }],
  ['a minted token in a text', { path: `/sign-in/${minted}` }],
  ['a bearer value in a text', { why: 'header was "Bearer planted-one"' }],
  ['userinfo of a URL', { url: 'postgres://user:planted-one@db/x' }],
  ['a configured value anywhere', { why: 'a "chosen\\"planted-one" b' }],
  ['an error and its cause', { err: new Error(`at ${minted}`, { cause: new Error('Bearer planted-one') }) }],
])('%s is redacted', (_what, fields) => {
  const { log, lines } = setup(['chosen\\"planted-one'])
  log.info(fields, `with ${minted}`)
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('planted-one')
  expect(lines[0]).not.toContain(minted)
  expect(() => JSON.parse(lines[0] ?? '')).not.toThrow()
})

test('a person reads one line, and control characters in it stay escaped', () => {
  const json =
    '{"level":"info","time":"2026-11-22T12:00:00.123Z","route":"/x","name":"a\\u001b[2Jb","n":1,"msg":"request"}\n'
  expect(toHumanLine(json)).toBe('12:00:00.123 info  request route=/x name="a\\u001b[2Jb" n=1')
  expect(toHumanLine('not json\n')).toBe('not json')
})

test('what would steer a terminal or turn the text around stays escaped, for programs and for people', () => {
  const hostile = 'a\u001b[2J\u009b31m\u202eb\u2028c\u007fd'
  const { log, lines } = setup()
  log.error({ target: hostile, list: [hostile], [hostile]: 1, err: new Error(hostile) }, hostile)
  const [line = ''] = lines
  expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u)
  expect(JSON.parse(line)).toMatchObject({ target: hostile, msg: hostile })
  expect(toHumanLine(line).replace(COLOUR, '')).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\u2028]/u)
})

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[(?:31|0)m`, 'g')
