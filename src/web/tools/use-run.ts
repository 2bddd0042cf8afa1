import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { ToolCallAnswer, ToolCallNews } from '../../api/tool-call.ts'

import type { Arguments } from './draft.ts'
import { type Meanwhile, NOTHING_YET, withNews } from './meanwhile.ts'
import { runTool } from './run-tool.ts'

type Asked = {
  readonly args: Arguments
  /** Epoch milliseconds. */
  readonly at: number
}

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
  const [meanwhile, setMeanwhile] = useState(NOTHING_YET)
  const calling = useRef<AbortController>(null)
  useEffect(() => () => calling.current?.abort(), [])
  const start = async (args: Arguments): Promise<void> => {
    const controller = new AbortController()
    calling.current = controller
    const asked = { args, at: Date.now() }
    setRun({ kind: 'running', ...asked })
    setMeanwhile(NOTHING_YET)
    const request = { params: { id: serverId, tool }, body: { arguments: args }, signal: controller.signal }
    const ended = await ending(asked, request, framed(setMeanwhile))
    if (calling.current !== controller) return
    setRun(ended)
    onEnd(ended)
  }
  return { run, meanwhile, start, cancel: () => calling.current?.abort() }
}

type Request = Parameters<typeof runTool>[0] & { readonly signal: AbortSignal }

async function ending(asked: Asked, request: Request, heard: (news: ToolCallNews) => void): Promise<Run> {
  const startedAt = performance.now()
  try {
    const answer = await runTool(request, heard)
    return { kind: 'answered', ...asked, answer, roundTripMs: performance.now() - startedAt }
  } catch (error) {
    if (request.signal.aborted) return { kind: 'cancelled', ...asked }
    if (error instanceof ApiError || error instanceof TypeError) return { kind: 'refused', ...asked, error }
    throw error
  }
}

/** Hands on news once for each picture: a server may send thousands. */
function framed(set: (change: (before: Meanwhile) => Meanwhile) => void): (news: ToolCallNews) => void {
  let waiting: ToolCallNews[] = []
  const tell = () => {
    const news = waiting
    waiting = []
    set((before) => withNews(before, news))
  }
  return (news) => {
    if (waiting.length === 0) requestAnimationFrame(tell)
    waiting.push(news)
  }
}
