import { CommanderError } from 'commander'
import { ZodError, z } from 'zod'
import { ApiError } from '../api/client.ts'
import { type Context, say } from './context.ts'
import { CliError, EXIT, type ExitCode } from './exit-code.ts'
import { createProgram } from './program.ts'
import { paintFor } from './text/paint.ts'
import { manyLines } from './text/printable.ts'
import { problemLines } from './text/problem-text.ts'

/** The process, as far as commands touch it. */
type Surroundings = Omit<Context, 'endWith' | 'words'>

/** Runs one command line (without node and script) and answers what to exit with. Never rejects. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  const endWith = (code: ExitCode) => {
    if (code > exitCode) exitCode = code
  }
  const env = words.includes('--no-color') ? { ...surroundings.env, NO_COLOR: '1' } : surroundings.env
  const context: Context = { ...surroundings, env, words, endWith }
  try {
    await createProgram(context).parseAsync(words.length === 0 ? ['--help'] : [...words], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (context.signal.aborted) return EXIT.interrupted
    const { lines, exitCode: code } = told(error)
    const [headline = '', ...more] = lines.map(manyLines)
    say(context.err, [paintFor(context.err, env).bad(headline), ...more].join('\n'))
    return code
  }
}

type Told = { readonly lines: readonly string[]; readonly exitCode: ExitCode }

/** An error in words and as an exit code. What nobody expected is told without its stack. */
function told(error: unknown): Told {
  if (error instanceof CliError) return { lines: [error.message, ...error.hints], exitCode: error.exitCode }
  if (error instanceof ApiError) return { lines: problemLines(error.problem), exitCode: EXIT.failed }
  if (error instanceof ZodError) {
    const [issue] = error.issues
    const where = issue ? ` (${issue.path.join('.')}: ${issue.message})` : ''
    return {
      lines: [`The answer is not one this version of Omni2 gives${where}`, 'Use the same version on both sides.'],
      exitCode: EXIT.unreachable,
    }
  }
  if (error instanceof TypeError && error.message === 'terminated') {
    return { lines: ['The connection to Omni2 was lost before the answer was complete.'], exitCode: EXIT.unreachable }
  }
  const text = error instanceof Error ? error.message : String(error)
  const wrongInput = z.object({ code: z.literal('invalid_input') }).safeParse(error).success
  return { lines: text.split('\n'), exitCode: wrongInput ? EXIT.usage : EXIT.failed }
}
