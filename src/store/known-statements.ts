import { CompiledQuery } from 'kysely'
import { inParts } from './write-parts.ts'

type Row = Readonly<Record<string, unknown>>

/**
 * Inserts compiled once for each number of rows, since compiling one costs more than running it. Rows of one name have the
 * same columns in the same order, and `compile` takes no values but theirs.
 */
export class KnownStatements {
  readonly #known = new Map<string, CompiledQuery>()

  insert<R extends Row>(
    name: string,
    rows: readonly R[],
    compile: (rows: readonly R[]) => CompiledQuery,
  ): CompiledQuery[] {
    return inParts(rows).map((part) => {
      const key = `${name} ${part.length}`
      const known = this.#known.get(key)
      const parameters = part.flatMap((row) => Object.values(row))
      if (known?.parameters.length === parameters.length) return { ...known, parameters }
      const compiled = compile(part)
      // Without the tree it was compiled from, which is large.
      this.#known.set(key, CompiledQuery.raw(compiled.sql, [...compiled.parameters]))
      return compiled
    })
  }
}
