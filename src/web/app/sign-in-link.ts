import { api } from '../api/mcpApi.ts'

/** Signs in with the one-time code of the link the page was opened by. Answers why that failed, if it did. */
export async function signInByLink(): Promise<unknown> {
  const code = /[#&]code=([^&]+)/.exec(location.hash)?.[1]
  if (!code) return undefined
  // A code is in the fragment since browsers send that to nobody; from here on not even the history has it.
  history.replaceState(null, '', '/')
  return api.signIn({ body: { code } }).then(
    () => undefined,
    (error: unknown) => error,
  )
}
