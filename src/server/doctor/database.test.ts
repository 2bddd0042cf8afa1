import { expect, test } from 'vitest'
import { type DatabaseFacts, judgeDatabase, judgeKey, judgeLock } from './database.ts'

const usable = (schema: { applied?: string[]; pending?: string[]; unknown?: string[] }, damage: string[] = []) =>
  ({
    state: 'usable',
    place: 'data/omni2.db',
    schema: { applied: ['first'], pending: [], unknown: [], ...schema },
    damage,
  }) satisfies DatabaseFacts

test.each<[string, DatabaseFacts, boolean, string]>([
  ['is not there yet', { state: 'absent' }, false, 'skipped'],
  ['cannot be opened', { state: 'unusable', why: 'PostgreSQL cannot be reached' }, false, 'problem'],
  ['is up to date', usable({}), false, 'ok'],
  ['is empty', usable({ applied: [], pending: ['first'] }), false, 'ok'],
  ['is of an older version', usable({ pending: ['history'] }), false, 'ok'],
  ['is open in an older version', usable({ pending: ['history'] }), true, 'problem'],
  ['is of a newer version', usable({ unknown: ['2030-01-01-later'] }), false, 'problem'],
  ['is damaged', usable({}, ['wrong # of entries in index']), false, 'problem'],
])('a database that %s', (_, facts, running, level) => {
  expect(judgeDatabase(facts, running).level).toBe(level)
})

test('who holds the data folder is told as far as it is known', () => {
  expect(
    [judgeLock(true, 42), judgeLock(true, undefined), judgeLock(false, undefined)].map((it) => it.message),
  ).toEqual(['It runs, as process 42', 'It runs', 'It does not run here'])
  expect(judgeLock(undefined, undefined).level).toBe('skipped')
})

test('a key that does not open what is stored is a problem', () => {
  const keys = [
    undefined,
    { state: 'unused' },
    { state: 'fits' },
    { state: 'wrong', why: 'It is another one' },
  ] as const
  expect(keys.map((key) => judgeKey('data/omni2.key', key).level)).toEqual(['skipped', 'ok', 'ok', 'problem'])
})
