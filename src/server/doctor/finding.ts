/** One thing that was looked at. A `problem` keeps something from working, now or at the next start; a `warning` may surprise. */
export type Finding = {
  /** What was looked at, in a word. */
  readonly topic: string
  readonly level: 'ok' | 'warning' | 'problem' | 'skipped'
  readonly message: string
  readonly nextAction: string | undefined
}

export const ok = (topic: string, message: string): Finding => ({ topic, level: 'ok', message, nextAction: undefined })

/** Not looked at, and why. */
export const skipped = (topic: string, message: string): Finding => ({ ...ok(topic, message), level: 'skipped' })

export const warning = (topic: string, message: string, nextAction?: string): Finding => ({
  topic,
  level: 'warning',
  message,
  nextAction,
})

export const problem = (topic: string, message: string, nextAction?: string): Finding => ({
  ...warning(topic, message, nextAction),
  level: 'problem',
})
