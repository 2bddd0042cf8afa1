import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

/** Folders are layers: what each may import of the others. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  api: ['core'],
  store: ['core'],
  mcp: ['core'],
  server: ['core', 'api', 'store', 'mcp'],
  cli: ['api', 'server'],
  web: ['api'],
}
/** Packages that one layer alone may know. */
const OWNED: Record<string, string> = {
  '@modelcontextprotocol/': 'mcp',
  kysely: 'store',
  pg: 'store',
  undici: 'mcp',
  fastify: 'server',
  '@opentelemetry/': 'server',
  commander: 'cli',
  react: 'web',
  'react-dom': 'web',
  '@mantine/': 'web',
  '@tanstack/': 'web',
  '@tabler/': 'web',
}
const MAX_FILE_LINES = 400
const MAX_FUNCTION_LINES = 80
const MAX_COMPONENT_LINES = 150
/** What every part of the dashboard may use; `app` puts the parts together. */
const WEB_SHARED = ['ui', 'live', 'api']
const BUDGET = { median: 80, p90: 200 }

type Source = {
  readonly file: string
  readonly layer: string
  readonly text: string
  readonly lines: readonly string[]
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
  .map((file) => {
    const text = readFileSync(path.join('src', file), 'utf8')
    return { file, layer: file.split('/')[0] ?? '', text, lines: text.split('\n') }
  })

/** Module specifiers of a file, those of types too. */
function imports({ text }: Source): string[] {
  const statements = text.matchAll(
    /(?:^|\n)(?:import|export)\s(?:type\s)?(?:[^;'"`=]*?\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/g,
  )
  return [...statements].map(([, fromSpec, dynamicSpec]) => fromSpec ?? dynamicSpec ?? '')
}

test('there is something to guard', () => {
  expect(new Set(sources.map(({ layer }) => layer))).toEqual(
    new Set(['core', 'api', 'store', 'mcp', 'server', 'cli', 'web']),
  )
  expect(sources.flatMap(imports).length).toBeGreaterThan(500)
})

test('folders import only what the map allows', () => {
  const bad: string[] = []
  for (const source of sources) {
    for (const spec of imports(source)) {
      if (!spec.startsWith('.')) {
        if (source.layer === 'core') bad.push(`${source.file}: core imports the package ${spec}`)
        for (const [name, owner] of Object.entries(OWNED)) {
          const owned = spec === name || spec.startsWith(name.endsWith('/') ? name : `${name}/`)
          if (owned && source.layer !== owner) bad.push(`${source.file}: only ${owner} may import ${spec}`)
        }
        continue
      }
      const to = path.posix.join(path.posix.dirname(source.file), spec).split('/')[0] ?? ''
      if (to !== source.layer && !MAY_IMPORT[source.layer]?.includes(to)) bad.push(`${source.file} -> ${to}`)
    }
  }
  expect(bad).toEqual([])
})

test('a part of the dashboard imports no other part, only what all share', () => {
  const bad: string[] = []
  for (const source of sources.filter(({ file }) => /^web\/.+\//.test(file))) {
    const part = source.file.split('/')[1] ?? ''
    for (const spec of imports(source).filter((spec) => spec.startsWith('.'))) {
      const [layer, to = ''] = path.posix.join(path.posix.dirname(source.file), spec).split('/')
      const mayUse = part === 'ui' ? [] : WEB_SHARED
      if (layer === 'web' && part !== 'app' && to !== part && !mayUse.includes(to)) bad.push(`${source.file} -> ${to}`)
    }
  }
  expect(bad).toEqual([])
})

test('api, core and web run in a browser', () => {
  const bad = sources
    .filter(({ layer }) => layer === 'api' || layer === 'core' || layer === 'web')
    .filter((source) => imports(source).some((spec) => spec.startsWith('node:')))
  expect(bad.map(({ file }) => file)).toEqual([])
})

test('core has no clock, timer or dice of its own', () => {
  const bad = sources.filter(
    ({ layer, text }) => layer === 'core' && /\bDate\.now|\bset(Timeout|Interval)\b|Math\.random/.test(text),
  )
  expect(bad.map(({ file }) => file)).toEqual([])
})

test('only the entry of the command line reads the environment', () => {
  const bad = sources.filter(({ file, text }) => /process\.env/.test(text) && file !== 'cli/main.ts')
  expect(bad.map(({ file }) => file)).toEqual([])
})

test('files are named after one idea, and none is a drawer for anything', () => {
  const bad = sources.filter(({ file }) =>
    /(^|\/)(utils?|helpers?|types|manager|service|common|misc|index)\.tsx?$/.test(file),
  )
  expect(bad.map(({ file }) => file)).toEqual([])
})

test('files stay small', () => {
  const sizes = sources.map(({ lines }) => lines.length).sort((a, b) => a - b)
  const at = (share: number) => sizes[Math.floor((sizes.length - 1) * share)] ?? 0
  expect(sources.filter(({ lines }) => lines.length > MAX_FILE_LINES).map(({ file }) => file)).toEqual([])
  expect(at(0.5)).toBeLessThanOrEqual(BUDGET.median)
  expect(at(0.9)).toBeLessThanOrEqual(BUDGET.p90)
})

test('functions stay small', () => {
  const bad: string[] = []
  for (const { file, lines } of sources) {
    for (const [start, line] of lines.entries()) {
      const opens =
        /^(\s*)(?:(?:export|async|static|function|get|set)\s+|const\s+\w+\s*=|#?\w+(?:<[^>]*>)?\().*\{\s*$/.exec(line)
      if (!opens) continue
      const indent = opens[1] ?? ''
      const end = lines.findIndex((later, index) => index > start && later.startsWith(`${indent}}`))
      const most = file.endsWith('.tsx') ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES
      if (end > start && end - start + 1 > most && !/^\s*(?:export )?class /.test(line)) {
        if (/function|=>|\)\s*(?::[^=]*)?\{\s*$/.test(line)) bad.push(`${file}:${start + 1} ${end - start + 1} lines`)
      }
    }
  }
  expect(bad).toEqual([])
})

test('no `any`, no double cast, no silenced check', () => {
  const bad = sources.flatMap(({ file, lines }) =>
    lines
      .map((line, index) => ({ line, at: `${file}:${index + 1}` }))
      .filter(({ line }) => !/^\s*(?:\*|\/\/|\/\*)/.test(line) || line.includes('biome-ignore'))
      .filter(({ line }) =>
        /: any\b|as any\b|as unknown as|<any>|@ts-(ignore|expect-error|nocheck)|biome-ignore/.test(line),
      )
      .map(({ at }) => at),
  )
  expect(bad).toEqual([])
})

test('nothing imports in a circle', () => {
  const graph = new Map(
    sources.map((source) => [
      source.file,
      imports(source)
        .filter((spec) => spec.startsWith('.'))
        .map((spec) => path.posix.join(path.posix.dirname(source.file), spec)),
    ]),
  )
  const done = new Set<string>()
  const walk = (file: string, trail: readonly string[]): string[] => {
    if (trail.includes(file)) return [[...trail.slice(trail.indexOf(file)), file].join(' -> ')]
    if (done.has(file)) return []
    const circles = (graph.get(file) ?? []).flatMap((next) => walk(next, [...trail, file]))
    done.add(file)
    return circles
  }
  expect([...graph.keys()].flatMap((file) => walk(file, []))).toEqual([])
})
