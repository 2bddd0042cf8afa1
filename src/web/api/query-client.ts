import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from '../../api/client.ts'

const MAX_RETRIES = 2

/** @param onSignedOut called whenever an answer says that nobody is signed in. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: Error) => {
    if (isSignedOut(error)) onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // What changes is pushed; what is asked for is asked for once.
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < MAX_RETRIES && mayPass(error),
      },
    },
  })
}

export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.problem.status === 401

/** Whether asking again may help: no answer, or one that says it is a matter of time. */
const mayPass = (error: unknown): boolean => !(error instanceof ApiError) || error.problem.status >= 500
