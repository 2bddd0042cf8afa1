import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Writable } from 'node:stream'

const MAIN = path.resolve('src/cli/main.ts')
/** Where processes of ours keep what they compiled: the next one starts in two thirds of the time. */
export const COMPILED = { NODE_COMPILE_CACHE: path.resolve('node_modules/.cache/omni2-compiled') }

/** Less than a test may take, so that one that waits in vain leaves no process behind. */
const LIFE_MS = 50_000

type Options = {
  readonly env?: Readonly<Record<string, string>>
  /** What it finds on its standard input. */
  readonly input?: string
  /** Its standard input stays open, for `write`. */
  readonly open?: boolean
}

/** `omni2 <words>` in a process of its own, with nothing of this one's environment. Ends with its `await using` block. */
export class CommandLine implements AsyncDisposable {
  readonly #child: ChildProcess & { readonly stdin: Writable }
  /** The code it ended with; undefined when it was killed. */
  readonly ended: Promise<number | undefined>
  out = ''
  err = ''

  constructor(words: readonly string[], { env = {}, input = '', open = false }: Options = {}) {
    const child = spawn(process.execPath, [MAIN, ...words], {
      env: { PATH: process.env.PATH, NO_COLOR: '1', ...COMPILED, ...env },
      timeout: LIFE_MS,
      killSignal: 'SIGKILL',
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text
    })
    child.stdin.on('error', () => {}) // it may end without reading
    if (open) child.stdin.write(input)
    else child.stdin.end(input)
    this.#child = child
    this.ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : undefined))
  }

  write(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Ends its standard input. */
  end(): void {
    this.#child.stdin.end()
  }

  /** As Ctrl+C does. */
  async interrupt(): Promise<number | undefined> {
    this.#child.kill('SIGINT')
    return await this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}

/** Runs `omni2 <words>` to its end. */
export async function omni2Command(words: readonly string[], options: Options = {}) {
  await using run = new CommandLine(words, options)
  const code = await run.ended
  return { code, out: run.out, err: run.err }
}
