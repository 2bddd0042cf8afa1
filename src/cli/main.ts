import { run } from './run.ts'

/** A second Ctrl+C does not wait for anything. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(130)
      stop.abort()
    })
  }
  return stop.signal
}

/** `omni2 list | head` closes the pipe: nothing more to say, and no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Names are looked up on these threads, half of them at most: with Node's 4, two names that hang would stall all others.
process.env.UV_THREADPOOL_SIZE ??= '64'

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  input: process.stdin,
  out: process.stdout,
  err: process.stderr,
  now: Date.now,
  signal: stopOnSignals(),
})
// What a prompt or a pipe on standard input may have left open does not hold the process.
process.stdin.unref?.()
