import { Anchor } from '@mantine/core'
import { hashKey, type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ApiError } from '../../api/client.ts'
import type { ServerView } from '../../api/server-view.ts'
import type { ToolCallNews } from '../../api/tool-call.ts'
import { announce } from '../ui/announce.ts'
import { notify } from '../ui/notify.ts'
import type { Arguments } from './draft.ts'
import { keepInHistory } from './history-query.ts'
import { type Meanwhile, NOTHING_YET, withNews } from './meanwhile.ts'
import type { Asked, Ended, Run } from './run.ts'
import { summaryOf } from './run-summary.ts'
import { runTool } from './run-tool.ts'
import type { Tool } from './tool.ts'

type Known = { readonly run: Run; readonly meanwhile: Meanwhile }

/** As long as a call may take at most, and as its result waits for somebody who went to look at something else. */
const HOUR_MS = 3_600_000

/** The last run of a tool from this page. */
export const toolRunQuery = (serverId: number, tool: string) =>
  queryOptions<Known>({
    queryKey: ['tool-run', serverId, tool],
    queryFn: skipToken,
    gcTime: HOUR_MS,
    structuralSharing: false,
  })

type Target = { readonly server: ServerView; readonly tool: Tool; readonly args: Arguments }

/** Runs a tool. It goes on whatever page is looked at, until it ends, is cancelled, or whoever asked signs out. */
export async function startRun(queryClient: QueryClient, { server, tool, args }: Target): Promise<void> {
  const { queryKey } = toolRunQuery(server.id, tool.name)
  const controller = new AbortController()
  const asked = { args, at: Date.now() }
  const running: Run = { kind: 'running', ...asked, cancel: () => controller.abort() }
  const change = (next: (known: Known) => Known) =>
    queryClient.setQueryData(queryKey, (known) => (known?.run.at === asked.at ? next(known) : known))
  const heard = framed((news) => change(({ run, meanwhile }) => ({ run, meanwhile: withNews(meanwhile, news) })))
  queryClient.setQueryData(queryKey, { run: running, meanwhile: NOTHING_YET })
  const stopWatching = queryClient.getQueryCache().subscribe(({ type, query }) => {
    if (type === 'removed' && query.queryHash === hashKey(queryKey)) controller.abort()
  })
  const request = { params: { id: server.id, tool: tool.name }, body: { arguments: args }, signal: controller.signal }
  const ended = await ending(asked, request, heard).finally(stopWatching)
  if (queryClient.getQueryData(queryKey)?.run.at !== asked.at) return
  change(({ meanwhile }) => ({ run: ended, meanwhile }))
  keepInHistory(queryClient, server.name, tool, ended)
  if (queryClient.getQueryCache().find({ queryKey })?.getObserversCount() === 0) tell(server, tool, ended)
}

type Request = Parameters<typeof runTool>[0] & { readonly signal: AbortSignal }

async function ending(asked: Asked, request: Request, heard: (news: ToolCallNews) => void): Promise<Ended> {
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
function framed(tell: (news: readonly ToolCallNews[]) => void): (news: ToolCallNews) => void {
  let waiting: ToolCallNews[] = []
  const tellAll = () => {
    const news = waiting
    waiting = []
    tell(news)
  }
  return (news) => {
    if (waiting.length === 0) requestAnimationFrame(tellAll)
    waiting.push(news)
  }
}

/** For who looks at another page by now. */
function tell({ id, name }: ServerView, tool: Tool, ended: Ended): void {
  const { tone, outcome } = summaryOf(ended)
  const title = `${tool.name} of ${name}: ${outcome}`
  notify(
    tone,
    title,
    <Anchor
      inherit
      underline="always"
      renderRoot={(props) => <Link to="/mcps/$id/tools" params={{ id }} search={{ tool: tool.name }} {...props} />}
    >
      Look at it
    </Anchor>,
  )
  announce(title)
}
