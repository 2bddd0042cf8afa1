import { execFileSync } from 'node:child_process'
import { env, getuid } from 'node:process'
import { canHang } from './hanging-disk.ts'
import { canBeImmutable } from './immutable.ts'

/** What a fault needs of the machine beyond npm. */
const PROBES = {
  root: () => getuid?.() === 0,
  'network namespaces': () => succeeds('unshare', ['--net', 'ip', 'link']),
  tmpfs: () => succeeds('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']),
  'immutable files': canBeImmutable,
  'loop devices': canHang,
} satisfies Record<string, () => boolean>

export type Need = keyof typeof PROBES

/**
 * Whether a test that needs these must be skipped here: said loudly, so that nobody takes a skip for a pass.
 * @throws Error where CI is set: there, everything must have been tried.
 */
export function isMissing(...needs: readonly Need[]): boolean {
  const missing = needs.filter((need) => !PROBES[need]())
  if (missing.length === 0) return false
  const message = `this machine lacks: ${missing.join(', ')}`
  if (env.CI) throw new Error(message)
  process.stderr.write(`\nSKIPPED: ${message}\n`)
  return true
}

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
