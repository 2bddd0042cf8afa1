import { useState } from 'react'
import { keepRun, pastRuns } from './run-history.ts'
import { summaryOf } from './run-summary.ts'
import { hasSecret } from './secret-field.ts'
import type { Tool } from './tool.ts'
import type { Run } from './use-run.ts'

const stores = () => ({ kept: localStorage, passing: sessionStorage })

/** The runs of a tool that this browser remembers. */
export function useHistory(server: string, { name, input }: Tool) {
  const [runs, setRuns] = useState(() => pastRuns(stores(), server, name))
  const keep = (run: Run): void => {
    if (run.kind === 'running') return
    const { tone, outcome } = summaryOf(run)
    const durationMs = run.kind === 'answered' ? { durationMs: run.answer.duration_ms } : {}
    const isSecret = hasSecret(run.args, input.schema) ? { isSecret: true } : {}
    keepRun(stores(), server, name, { at: run.at, args: run.args, outcome, tone, ...durationMs, ...isSecret })
    setRuns(pastRuns(stores(), server, name))
  }
  return { runs, keep }
}
