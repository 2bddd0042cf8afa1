import { type QueryClient, useIsMutating, useMutationState } from '@tanstack/react-query'
import type { ServerView } from '../../api/server-view.ts'
import { getServer, reloadServer, triggerHealthCheck } from '../api/mcpApi.ts'
import { announce } from '../ui/announce.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { StageList } from '../ui/StageList.tsx'
import { checkText } from './check-text.ts'
import { keepView } from './fleet-query.ts'

const REFRESH = 'refresh'

/** Of every request after which a server is another: one at a time of each, whoever asked. */
export const refreshKey = (serverId: number) => [REFRESH, serverId] as const

/** Whether this server is being refreshed, from wherever that was asked for. */
export const useIsRefreshing = (serverId: number): boolean => useIsMutating({ mutationKey: refreshKey(serverId) }) > 0

/** All that are being refreshed. */
export const useRefreshing = (): ReadonlySet<unknown> =>
  new Set(
    useMutationState({
      filters: { mutationKey: [REFRESH], status: 'pending' },
      select: ({ options }) => options.mutationKey?.[1],
    }),
  )

/**
 * A healthy server is connected anew, any other is checked as it is; the answer is told with its stages. Several servers
 * may be refreshed at once, each once at a time.
 */
export function refreshServer(queryClient: QueryClient, { id, name, health_status }: ServerView): void {
  if (queryClient.isMutating({ mutationKey: refreshKey(id) }) > 0) return
  const mutation = queryClient.getMutationCache().build(queryClient, {
    mutationKey: refreshKey(id),
    mutationFn: async () => {
      const answer = await (health_status === 'healthy' ? reloadServer(id) : triggerHealthCheck(id))
      // The live connection brings it too; whichever is newer stays.
      keepView(queryClient, await getServer(id))
      return answer
    },
    onSuccess: (answer) => {
      const { title, detail, tone } = checkText(answer)
      notify(
        tone,
        title,
        <>
          {detail}
          <StageList stages={answer.health_result.stages} />
        </>,
      )
      announce(`${title}. ${detail}`)
    },
    onError: (error) => notify('bad', `${name} could not be checked`, errorText(error)),
  })
  void mutation.execute(undefined).catch(() => {}) // told above
}
