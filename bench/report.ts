import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus, loadavg } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { rounded } from './statistics.ts'

type Cell = string | number
export type Table = {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** What a reader has to know to believe the figures. */
  readonly notes?: readonly string[]
}

/** What is promised, and what was reached in this run. */
type Goal = {
  readonly what: string
  readonly unit: string
  readonly most: number
  readonly reached: number
}

type Measured = { readonly tables: readonly Table[]; readonly goals: readonly Goal[] }

/** One thing to measure. */
export type Measurement = {
  readonly name: string
  readonly what: string
  /** About, on a machine that does nothing else. */
  readonly minutes: number
  readonly run: () => Promise<Measured>
}

const RESULTS = path.join(import.meta.dirname, 'results')
const Kept = z.object({
  goals: z.array(z.object({ what: z.string(), unit: z.string(), most: z.number(), reached: z.number().nullable() })),
})

/** Runs it, prints its tables and goals with where and when they were made, and keeps them as JSON. Were all goals met? */
export async function measure({ name, run }: Measurement): Promise<boolean> {
  const loadBefore = load()
  const { tables, goals } = await run()
  const made = {
    name,
    date: new Date().toISOString(),
    ...machine(),
    versions: versions(),
    loadBefore,
    loadAfter: load(),
  }
  process.stdout.write(`\n${name}: ${made.machine}, load ${loadBefore} to ${made.loadAfter}, ${made.date}\n`)
  process.stdout.write(
    `${Object.entries(made.versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(', ')}\n`,
  )
  for (const table of tables) process.stdout.write(`\n${text(table)}\n`)
  process.stdout.write(`\n${text(goalTable(goals))}\n`)
  await mkdir(RESULTS, { recursive: true })
  await writeFile(resultOf(name), `${JSON.stringify({ ...made, tables, goals }, undefined, 2)}\n`)
  return goals.every(isMet)
}

/** Says what a long measurement is at, beside its tables. */
export const progress = (what: string): void => void process.stderr.write(`${what}\n`)

/** Prints the goals of several measurements as they were kept last. */
export async function summarize(names: readonly string[]): Promise<void> {
  const kept = await Promise.all(
    names.map(async (name) => Kept.parse(JSON.parse(await readFile(resultOf(name), 'utf8')))),
  )
  const goals = kept.flatMap((one) => one.goals.map((goal) => ({ ...goal, reached: goal.reached ?? Number.NaN })))
  process.stdout.write(`\n${text(goalTable(goals))}\n`)
}

const resultOf = (name: string): string => path.join(RESULTS, `${name}.json`)
const load = (): number => rounded(loadavg()[0] ?? Number.NaN)
const machine = () => ({
  machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${process.platform}`,
})

function versions(): Readonly<Record<string, string>> {
  const require = createRequire(import.meta.url)
  const packaged = (name: string) => z.object({ version: z.string() }).parse(require(`${name}/package.json`)).version
  const { node = '', v8 = '', sqlite = '' } = process.versions
  return { commit: commit(), node, v8, sqlite, undici: packaged('undici'), ws: packaged('ws') }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown' // not in a checkout
  }
}

const goalTable = (goals: readonly Goal[]): Table => ({
  title: 'Goals',
  columns: ['what', 'goal', 'reached', ''],
  rows: goals.map((goal) => [
    goal.what,
    `<= ${goal.most} ${goal.unit}`.trim(),
    `${rounded(goal.reached)} ${goal.unit}`.trim(),
    isMet(goal) ? 'met' : 'MISSED',
  ]),
})

const isMet = ({ most, reached }: Goal): boolean => reached <= most

function text({ title, columns, rows, notes = [] }: Table): string {
  const lines = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const aligned = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  )
  const body = aligned.map((line) => `  ${line.join('  ')}`.trimEnd())
  return [title, ...body, ...notes.map((note) => `  ${note}`)].join('\n')
}
