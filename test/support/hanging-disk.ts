import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const BYTES = 64 * 1024 * 1024

/** A file system of its own whose writes can be made to wait for ever. Unmounted when it is disposed of, or this process ends. */
export class HangingDisk implements Disposable {
  readonly folder: string
  readonly #home = mkdtempSync(path.join(tmpdir(), 'omni2-disk-'))
  readonly #dispose = () => this[Symbol.dispose]()
  #hangs = false

  constructor() {
    const image = path.join(this.#home, 'image')
    const file = openSync(image, 'w')
    ftruncateSync(file, BYTES)
    closeSync(file)
    execFileSync('mkfs.ext4', ['-q', image])
    this.folder = mkdtempSync(path.join(this.#home, 'mounted-'))
    execFileSync('mount', ['-o', 'loop', image, this.folder])
    process.once('exit', this.#dispose)
  }

  hang(): void {
    execFileSync('fsfreeze', ['--freeze', this.folder])
    this.#hangs = true
  }

  goOn(): void {
    if (!this.#hangs) return
    execFileSync('fsfreeze', ['--unfreeze', this.folder])
    this.#hangs = false
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#dispose)
    this.goOn()
    execFileSync('umount', ['-l', this.folder])
    rmSync(this.#home, { recursive: true })
  }
}

/** Whether this machine lets us have one. */
export function canHang(): boolean {
  try {
    using disk = new HangingDisk()
    disk.hang()
    return true
  } catch {
    return false
  }
}
