/** What the process ends with; documented in the help and in docs. */
export const EXIT = {
  ok: 0,
  /** Something is down, or the server refused. */
  failed: 1,
  /** Wrong usage, or the tool itself reported an error. */
  usage: 2,
  /** No Omni2 answers at the address. */
  unreachable: 3,
  /** Ended by Ctrl+C, as shells expect it. */
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

type Details = ErrorOptions & {
  /** What the person can do, one line each. */
  readonly hints?: readonly string[]
}

/** A failure that a person is told about in a sentence, with the code the process ends with. */
export class CliError extends Error {
  override name = 'CliError'
  readonly exitCode: ExitCode
  readonly hints: readonly string[]

  constructor(exitCode: ExitCode, message: string, details: Details = {}) {
    super(message, details)
    this.exitCode = exitCode
    this.hints = details.hints ?? []
  }
}
