/** Bytes that all answers which are still on their way may take together. */
export class AnswerMemory {
  #free: number

  constructor(bytes = Number.POSITIVE_INFINITY) {
    this.#free = bytes
  }

  /** False when there are not so many; else they are to be given back. */
  take(bytes: number): boolean {
    if (bytes > this.#free) return false
    this.#free -= bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#free += bytes
  }
}
