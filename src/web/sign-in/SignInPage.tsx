import { Button, Code, PasswordInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api } from '../api/mcpApi.ts'
import { sessionQuery } from '../api/session.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import classes from './SignInPage.module.css'

const route = getRouteApi('/sign-in')

/** Signs in with a token; the one-time link has done so before this page would be seen. */
export function SignInPage() {
  usePageTitle('Sign in')
  const { next = '/' } = route.useSearch()
  const { linkError } = route.useRouteContext()
  const { history } = useRouter()
  const queryClient = useQueryClient()
  const [token, setToken] = useState('')
  const signIn = useMutation({
    mutationFn: () => api.signIn({ body: { token: token.trim() } }),
    onSuccess: (session) => {
      queryClient.setQueryData(sessionQuery.queryKey, session)
      // The documentation of the API is no page of the dashboard.
      if (next.startsWith('/api/')) location.assign(next)
      else history.push(next)
    },
  })
  const error = signIn.error ?? (signIn.isIdle ? linkError : undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signIn.mutate()
  }
  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <h1 className={classes.name}>Omni2</h1>
        <p className={classes.about}>The control room of your MCP servers</p>
        <input type="text" name="username" autoComplete="username" value="token" readOnly hidden />
        <PasswordInput
          label="Token"
          name="token"
          autoComplete="current-password"
          required
          autoFocus
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={error ? errorText(error) : undefined}
        />
        <Button type="submit" size="sm" fullWidth loading={signIn.isPending}>
          Sign in
        </Button>
        <p className={classes.about}>
          The first start printed a token and a link that signs in once. Lost both? On the machine of Omni2:{' '}
          <Code>omni2 token create</Code>
        </p>
      </form>
    </main>
  )
}
