import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { REASON_CODES } from '../src/core/check.ts'
import { ConfigSchema, SETTINGS } from '../src/server/config/settings.ts'

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => existsSync(file))
const pages = files.filter((file) => file.endsWith('.md')).map((file) => ({ file, text: readFileSync(file, 'utf8') }))

const page = (file: string): string => pages.find((candidate) => candidate.file === file)?.text ?? ''

test('every setting is in the documentation with its names and its default', () => {
  const defaults = new Map<string, unknown>(Object.entries(ConfigSchema.parse({})))
  const rows = Object.entries(SETTINGS).map(([name, { env, flag, yaml }]) => {
    const value = defaults.get(name)
    const shown = value === undefined || Array.isArray(value) ? 'none' : `\`${String(value)}\``
    return `| \`${env}\` | \`${flag}\` | \`${yaml}\` | ${shown} |`
  })
  expect(rows.filter((row) => !page('docs/configuration.md').includes(row))).toEqual([])
})

test('what systemd and the container set are settings', () => {
  const known = Object.values(SETTINGS).map(({ env }) => env)
  const named = files
    .filter((file) => file.startsWith('deploy/'))
    .flatMap((file) => readFileSync(file, 'utf8').match(/\b(?:OMNI2_[A-Z_]+|DATABASE_URL)(?==)/g) ?? [])
  expect(named).toContain('OMNI2_DATA_DIR')
  expect(named.filter((name) => !known.includes(name))).toEqual([])
})

test('every reason code says what to do about it', () => {
  const text = page('docs/operating.md')
  expect(REASON_CODES.filter((code) => !text.includes(`\n| \`${code}\` |`))).toEqual([])
})

test('every invariant of the health machine has its row and a test of that number', () => {
  const rows = [...page('docs/mutation.md').matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
  const named = files
    .filter((file) => file.startsWith('src/core/') && file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'(\d+): /g)].map(([, number]) => Number(number)))
  expect(rows).toEqual(Array.from({ length: 19 }, (_, n) => n + 1))
  expect([...new Set(named)].sort((a, b) => a - b)).toEqual(rows)
})

test('links between pages lead somewhere', () => {
  const broken = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => path.join(path.dirname(file), target))
      .filter((target) => !existsSync(target))
      .map((target) => `${file} -> ${target}`),
  )
  expect(broken).toEqual([])
})

test('files that pages name exist', () => {
  const missing = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/`([\w./-]+\.ts)`/g)]
      .map(([, named = '']) => named)
      .filter((named) => !files.some((known) => known === named || known.endsWith(`/${named}`)))
      .map((named) => `${file}: ${named}`),
  )
  expect(missing).toEqual([])
})
