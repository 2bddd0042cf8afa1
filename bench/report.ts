import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import path from 'node:path'

type Cell = string | number
export type Table = {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** What a reader has to know to believe the figures. */
  readonly notes?: readonly string[]
}

/** One thing to measure; `node bench/main.ts <name>`. */
export type Measurement = { readonly name: string; readonly run: () => Promise<readonly Table[]> }

const RESULTS = path.join(import.meta.dirname, 'results')

/** Prints the tables with where and when they were made, and keeps them as JSON. */
export async function report(name: string, tables: readonly Table[]): Promise<void> {
  const made = {
    name,
    date: new Date().toISOString(),
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, ${process.platform}`,
    node: process.version,
  }
  process.stdout.write(`\n${name}: ${made.machine}, node ${made.node}, ${made.date}\n`)
  for (const table of tables) process.stdout.write(`\n${text(table)}\n`)
  await mkdir(RESULTS, { recursive: true })
  await writeFile(path.join(RESULTS, `${name}.json`), `${JSON.stringify({ ...made, tables }, undefined, 2)}\n`)
}

function text({ title, columns, rows, notes = [] }: Table): string {
  const lines = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const aligned = lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  )
  const body = aligned.map((line) => `  ${line.join('  ')}`.trimEnd())
  return [title, ...body, ...notes.map((note) => `  ${note}`)].join('\n')
}
