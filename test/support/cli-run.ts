import { PassThrough } from 'node:stream'
import { run } from '../../src/cli/run.ts'

type Options = {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly signal?: AbortSignal
  /** Told of everything printed so far, each time something is. */
  readonly onOut?: (text: string) => void
}

/** Runs one command line inside this process, with nothing of its environment; answers what it printed. */
export async function runCli(words: readonly string[], { env = {}, input = '', signal, onOut }: Options = {}) {
  const sinks = { out: new PassThrough(), err: new PassThrough(), input: new PassThrough() }
  const texts = { out: '', err: '' }
  sinks.out.on('data', (chunk) => {
    texts.out += String(chunk)
    onOut?.(texts.out)
  })
  sinks.err.on('data', (chunk) => {
    texts.err += String(chunk)
  })
  sinks.input.end(input)
  const never = new AbortController().signal
  const code = await run(words, {
    ...sinks,
    env: { HOME: '/nonexistent', ...env },
    now: Date.now,
    signal: signal ?? never,
  })
  return { code, ...texts }
}
