import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../demo/omni2-process.ts'

const PATIENCE_MS = 60_000
const LOOK_MS = 20

/** Milliseconds from `npx` to the first answer of the omni2 in `tarball`; the first time in a `home` it installs it. */
export async function npxReadyMs(tarball: string, home: string): Promise<number> {
  const port = await freePort(0)
  const args = ['--yes', '--offline', `--package=${tarball}`, 'omni2', 'serve', '--port', `${port}`]
  const env = { PATH: process.env.PATH, HOME: home }
  const spawnedAt = performance.now()
  const npx = spawn('npx', args, { cwd: home, env, detached: true, stdio: 'ignore' })
  const gone = once(npx, 'exit')
  try {
    await answering(`http://127.0.0.1:${port}/health/ready`)
    return performance.now() - spawnedAt
  } finally {
    if (npx.pid) process.kill(-npx.pid, 'SIGINT')
    await gone
  }
}

async function answering(url: string): Promise<void> {
  const deadline = AbortSignal.timeout(PATIENCE_MS)
  while (!(await fetch(url, { signal: deadline }).catch(() => undefined))?.ok) {
    deadline.throwIfAborted()
    await setTimeout(LOOK_MS)
  }
}
