import { redactor } from '../redaction.ts'

const CAPACITY_BYTES = 64 * 1024
const LINE_CHARS = 300

/** The last 64 KiB a process wrote to stderr, kept after it is gone and across its restarts. */
export class StderrRing {
  #kept: Buffer = Buffer.alloc(0)
  #cut = false
  #runBytes = 0
  readonly #hidden = new Set<string>()

  /** Shows these as `***` from now on, in what was written before too. */
  hide(secrets: Iterable<string>): void {
    for (const secret of secrets) this.#hidden.add(secret)
  }

  /** What is written from here on is of another run of the program. */
  beginRun(): void {
    this.#runBytes = 0
  }

  append(chunk: Buffer): void {
    this.#runBytes += chunk.length
    this.#cut ||= this.#kept.length + chunk.length > CAPACITY_BYTES
    this.#kept = Buffer.concat([this.#kept, chunk.subarray(-CAPACITY_BYTES)])
    if (this.#kept.length > CAPACITY_BYTES) this.#kept = Buffer.from(this.#kept.subarray(-CAPACITY_BYTES))
  }

  /** Once something was dropped it starts at a whole line where there is one, so that no half of a secret shows. */
  text(): string {
    const text = this.#kept.toString('utf8')
    return redactor(this.#hidden)(this.#cut ? text.slice(text.indexOf('\n') + 1) : text)
  }

  /** The last line of this run that says something, fit for one line of a message; undefined when there is none. */
  lastLine(): string | undefined {
    const tail = this.#kept.subarray(Math.max(0, this.#kept.length - this.#runBytes)).toString('utf8')
    const line = redactor(this.#hidden)(tail)
      .split('\n')
      .map(printable)
      .findLast((text) => text !== '')
    return line && line.length > LINE_CHARS ? `${line.slice(0, LINE_CHARS)}…` : line
  }
}

/** Without colour codes and other control characters, which could forge or hide text in a terminal. */
const printable = (text: string): string =>
  text
    .replace(ANSI_CODES, '')
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()

const ESCAPE = String.fromCharCode(27)
const ANSI_CODES = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, 'g')
