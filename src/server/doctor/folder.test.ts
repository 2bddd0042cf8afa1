import { expect, test } from 'vitest'
import { type FolderFacts, judgeDisk, judgeFiles, judgeFolder } from './folder.ts'

const GIB = 1024 ** 3
const FACTS: FolderFacts = {
  path: '/srv/omni2',
  folder: { isDirectory: true, mode: 0o40700 },
  writable: true,
  databaseMode: 0o100600,
  keyMode: 0o100600,
  freeBytes: 10 * GIB,
}

test.each<[string, Partial<FolderFacts>, string]>([
  ['its own and writable', {}, 'ok'],
  ['not there, but can be made', { folder: undefined }, 'ok'],
  ['not there, and cannot be made', { folder: undefined, writable: false }, 'problem'],
  ['a file', { folder: { isDirectory: false, mode: 0o100600 } }, 'problem'],
  ['read-only', { writable: false }, 'problem'],
  ['open to others', { folder: { isDirectory: true, mode: 0o40755 } }, 'warning'],
])('a data folder that is %s', (_, change, level) => {
  expect(judgeFolder({ ...FACTS, ...change }).level).toBe(level)
})

test('a database or key that others may read is told with the command that closes it', () => {
  expect(judgeFiles(FACTS)).toEqual([])
  expect(judgeFiles({ ...FACTS, databaseMode: undefined, keyMode: undefined })).toEqual([])
  const found = judgeFiles({ ...FACTS, databaseMode: 0o100640, keyMode: 0o100604 })
  expect(found.map(({ topic, level, nextAction }) => [topic, level, nextAction])).toEqual([
    ['database', 'warning', 'chmod 600 /srv/omni2/omni2.db'],
    ['key', 'warning', 'chmod 600 /srv/omni2/omni2.key'],
  ])
})

test('a disk with little room warns, one with none is a problem', () => {
  const levels = [10 * GIB, 0.9 * GIB, 0.09 * GIB].map((freeBytes) => judgeDisk({ ...FACTS, freeBytes }).level)
  expect(levels).toEqual(['ok', 'warning', 'problem'])
})
