import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { ToolCallAnswer } from '../../api/tool-call.ts'
import { api } from '../api/mcpApi.ts'
import type { Arguments } from './draft.ts'

type Asked = { readonly args: Arguments /** Epoch milliseconds. */; readonly at: number }

/** One run of a tool, as far as it has come. */
export type Run =
  | ({ readonly kind: 'running' } & Asked)
  | ({ readonly kind: 'answered'; readonly answer: ToolCallAnswer; readonly roundTripMs: number } & Asked)
  | ({ readonly kind: 'refused'; readonly error: unknown } & Asked)
  | ({ readonly kind: 'cancelled' } & Asked)

type Target = { readonly serverId: number; readonly tool: string; readonly onEnd: (run: Run) => void }

/** Runs a tool, one call at a time. Leaving cancels the call. */
export function useRun({ serverId, tool, onEnd }: Target) {
  const [run, setRun] = useState<Run>()
  const calling = useRef<AbortController>(null)
  useEffect(() => () => calling.current?.abort(), [])
  const start = async (args: Arguments): Promise<void> => {
    const controller = new AbortController()
    calling.current = controller
    const asked = { args, at: Date.now() }
    setRun({ kind: 'running', ...asked })
    const ended = await ending(asked, controller.signal)
    if (calling.current !== controller) return
    setRun(ended)
    onEnd(ended)
  }
  const ending = async (asked: Asked, signal: AbortSignal): Promise<Run> => {
    const startedAt = performance.now()
    try {
      const answer = await api.callTool({ params: { id: serverId, tool }, body: { arguments: asked.args }, signal })
      return { kind: 'answered', ...asked, answer, roundTripMs: performance.now() - startedAt }
    } catch (error) {
      if (signal.aborted) return { kind: 'cancelled', ...asked }
      if (error instanceof ApiError || error instanceof TypeError) return { kind: 'refused', ...asked, error }
      throw error
    }
  }
  return { run, start, cancel: () => calling.current?.abort() }
}
