import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { Ended } from './run.ts'
import { keepRun, pastRuns } from './run-history.ts'
import { summaryOf } from './run-summary.ts'
import { hasSecret } from './secret-field.ts'
import type { Tool } from './tool.ts'

const stores = () => ({ kept: localStorage, passing: sessionStorage })

/** The runs of a tool that this browser remembers. */
export const historyQuery = (server: string, tool: string) =>
  queryOptions({
    queryKey: ['tool-history', server, tool],
    queryFn: () => pastRuns(stores(), server, tool),
    staleTime: Number.POSITIVE_INFINITY,
  })

export function keepInHistory(queryClient: QueryClient, server: string, { name, input }: Tool, run: Ended): void {
  const { tone, outcome } = summaryOf(run)
  const durationMs = run.kind === 'answered' ? { durationMs: run.answer.duration_ms } : {}
  const isSecret = hasSecret(run.args, input.schema) ? { isSecret: true } : {}
  keepRun(stores(), server, name, { at: run.at, args: run.args, outcome, tone, ...durationMs, ...isSecret })
  void queryClient.invalidateQueries({ queryKey: historyQuery(server, name).queryKey })
}
