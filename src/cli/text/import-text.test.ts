import { expect, test } from 'vitest'
import { plain } from '../../../test/support/plain-paint.ts'
import type { ImportEntry, ImportReport } from '../../api/import.ts'
import { importText } from './import-text.ts'

const entry = (over: Partial<ImportEntry>): ImportEntry => ({
  name: 'github',
  proposed_name: 'github',
  action: 'create',
  server_id: null,
  protocol: 'http-streamable',
  enabled: true,
  warnings: [],
  errors: [],
  inputs: [],
  variables: [],
  ...over,
})
const text = (entries: readonly ImportEntry[], over: Partial<ImportReport> = {}) =>
  importText(
    { dry_run: true, format: 'mcpServers', created: 0, entries: [...entries], warnings: [], inputs: [], ...over },
    plain,
  )

test('a dry run tells what would be added and under which name', () => {
  const lines = text([
    entry({}),
    entry({ name: 'my files', proposed_name: 'my-files', protocol: 'stdio', enabled: false }),
  ])
  expect(lines.split('\n')).toEqual([
    '+ would add github http-streamable',
    '+ would add my files as my-files stdio, disabled',
    '2 would be added; nothing was changed.',
  ])
})

test('one entry that is refused keeps everything out, and it says how to go on', () => {
  const refused = entry({
    name: 'bad',
    action: 'refuse',
    protocol: null,
    errors: [{ path: 'url', message: 'Not a URL' }],
  })
  const lines = text([entry({}), refused], { dry_run: false })
  expect(lines).toContain('✗ refused bad')
  expect(lines).toContain('    error: url: Not a URL')
  expect(lines).toContain('Nothing was imported, since it is all or nothing.')
  expect(lines).toContain('--select')
})

test('an entry that needs values names them', () => {
  const lines = text([entry({ action: 'ask', inputs: ['token'], variables: ['HOME'] })])
  expect(lines).toContain('    needs input: token')
  expect(lines).toContain("    uses from Omni2's environment: HOME")
  expect(lines).toContain('--input id=value')
})

test('an import that happened counts what it added', () => {
  expect(text([entry({}), entry({ name: 'x', action: 'skip' })], { dry_run: false, created: 1 }).split('\n')).toEqual([
    '+ added github http-streamable',
    '- skipped x',
    '1 added.',
  ])
})
