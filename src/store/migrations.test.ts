import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keptSchemas, keptText, schemaText } from '../../test/support/kept-schema.ts'
import { migrations } from './migrations.ts'

test('of every schema a sample is kept', () => {
  const names = Object.keys(migrations('sqlite'))
  expect(names).toEqual(names.toSorted())
  expect(keptSchemas(), 'keep one of the newest: node test/fixtures/keep-sample.ts').toEqual(names)
})

test.each(keptSchemas())('migrations up to %s say on SQLite what they always said', async (name) => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-schema-'))
  onTestFinished(() => rm(dataDir, { recursive: true }))
  expect(await schemaText({ dataDir }, name)).toBe(keptText(name, 'sqlite'))
})
