import type { FieldError } from './errors.ts'

/** What is found while one entry of an mcp.json is read. */
export class EntryNotes {
  readonly errors: FieldError[] = []
  readonly warnings: FieldError[] = []
  /** Every input the entry refers to, and those among them that nobody gave a value for. */
  readonly inputs = new Set<string>()
  readonly missingInputs = new Set<string>()
  /** Variables of Omni2's environment that the entry refers to. */
  readonly variables = new Set<string>()

  error(path: string, message: string): undefined {
    this.errors.push({ path, message })
  }
  warn(path: string, message: string): undefined {
    this.warnings.push({ path, message })
  }
}
