import type { FieldError } from '../errors.ts'

/** Of errors and of warnings; nobody reads on. */
const MOST_NOTES = 50

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
    if (this.errors.length < MOST_NOTES) this.errors.push({ path: path.slice(0, 200), message })
  }
  warn(path: string, message: string): undefined {
    if (this.warnings.length < MOST_NOTES) this.warnings.push({ path: path.slice(0, 200), message })
  }
}
