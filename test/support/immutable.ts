import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Refuses writes to files, also by root and by who has them open, as a file system does that turned read-only. */
export function setImmutable(files: readonly string[], immutable: boolean): void {
  execFileSync('chattr', [immutable ? '+i' : '-i', ...files], { stdio: 'pipe' })
}

/** Whether the file system of temporary folders can do that. */
export function canBeImmutable(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'omni2-probe-'))
  const file = path.join(folder, 'probe')
  const open = openSync(file, 'w')
  try {
    setImmutable([file], true)
    writeSync(open, 'x')
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  } finally {
    closeSync(open)
    makeMutable(file)
    rmSync(folder, { recursive: true, force: true })
  }
}

function makeMutable(file: string): void {
  try {
    setImmutable([file], false)
  } catch {
    // It never was anything else.
  }
}
