import type { Sink } from './sink.ts'

const ENTER = '\x1b[?1049h\x1b[?25l'
const LEAVE = '\x1b[?25h\x1b[?1049l'
/** Between these a terminal that knows them shows nothing half drawn. */
const [BEGIN, END] = ['\x1b[?2026h', '\x1b[?2026l']
const HOME = '\x1b[H'
const CLEAR_LINE = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

/** A screen of its own on a terminal from the first drawing on, redrawn in place: old lines are overwritten, never wiped first. */
export class Screen {
  readonly #out: Sink
  #shown = ''

  constructor(out: Sink) {
    this.#out = out
  }

  draw(lines: readonly string[]): void {
    const size = `${this.#out.columns}x${this.#out.rows}`
    const frame = `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`
    if (this.#shown === size + frame) return
    if (this.#shown === '') this.#out.write(ENTER)
    this.#shown = size + frame
    this.#out.write(`${BEGIN}${frame}${END}`)
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (this.#shown !== '') this.#out.write(LEAVE)
  }
}
