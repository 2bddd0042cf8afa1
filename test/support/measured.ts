import type { TestContext } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    measured?: { readonly fault: string; readonly figures: readonly string[] }
  }
}

/**
 * Tells the table of `npm run faults` what was measured; the test's name stands there as what happens.
 * `figures` are short, with their unit: `'0 lost'`, `'ready again after 1.2 s'`.
 */
export function measured({ task }: TestContext, fault: string, ...figures: readonly string[]): void {
  task.meta.measured = { fault, figures }
}
