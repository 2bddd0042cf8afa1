import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const PIECE = Buffer.alloc(64 * 1024)

/** A disk of its own for a data directory, small enough to be filled. Unmounted when it is disposed of, or this process ends. */
export class SmallDisk implements Disposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'omni2-disk-'))
  readonly #ballast = path.join(this.folder, 'ballast')
  readonly #dispose = () => this[Symbol.dispose]()

  constructor(mebibytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', this.folder])
    process.once('exit', this.#dispose)
  }

  /** Leaves no room for anything. */
  fill(): void {
    try {
      for (;;) writeFileSync(this.#ballast, PIECE, { flag: 'a' })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true })
  }

  /** Whoever writes from now on is refused, root too. */
  refuseWrites(refused: boolean): void {
    execFileSync('mount', ['-o', `remount,${refused ? 'ro' : 'rw'}`, this.folder])
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#dispose)
    // Lazily: whoever still has a file open there does not keep it mounted.
    execFileSync('umount', ['-l', this.folder])
    rmSync(this.folder, { recursive: true })
  }
}
