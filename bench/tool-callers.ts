import { ended, initialized, type Target, ToolCaller } from './tool-caller.ts'

/** What many clients call at once; with `ownSessions` each has one of its own, as a legacy client. */
export type Crowd = Target & { readonly ownSessions?: boolean }

/** The calls of many clients, each one after another. */
export class ToolCallers implements AsyncDisposable {
  readonly #callers: readonly ToolCaller[]
  readonly #leave: () => Promise<unknown>

  /** Each has called once: it is connected, and greeted wherever it has to be. */
  static async open(crowd: Crowd, clients: number): Promise<ToolCallers> {
    const callers: ToolCaller[] = []
    const own: string[] = []
    while (callers.length < clients) {
      const session = crowd.ownSessions ? await initialized(crowd) : crowd.session
      if (crowd.ownSessions && session !== undefined) own.push(session)
      callers.push(new ToolCaller({ ...crowd, ...(session !== undefined && { session }) }))
    }
    await Promise.all(callers.map((caller) => caller.call()))
    return new ToolCallers(callers, () => Promise.all(own.map((session) => ended(crowd, session))))
  }

  private constructor(callers: readonly ToolCaller[], leave: () => Promise<unknown>) {
    this.#callers = callers
    this.#leave = leave
  }

  async run(calls: number): Promise<void> {
    let left = calls
    await Promise.all(
      this.#callers.map(async (caller) => {
        while (left-- > 0) await caller.call()
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave()
    await Promise.all(this.#callers.map((caller) => caller.close()))
  }
}
