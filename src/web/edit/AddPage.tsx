import { Anchor, Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { api } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { keepView } from '../live/fleet-query.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import { configInput, createInput, type Draft, draftOf } from './draft.ts'
import { draftErrors } from './draft-errors.ts'
import classes from './ServerForm.module.css'
import { ServerForm } from './ServerForm.tsx'
import { TestResult } from './TestResult.tsx'
import { useTest } from './use-test.ts'

/** Registers a server: described, tried, saved. */
export function AddPage() {
  usePageTitle('Add a server')
  return useMay('admin') ? <Adding /> : <p className={classes.page}>Only an admin may add servers.</p>
}

function Adding() {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const form = useForm<Draft>({ initialValues: draftOf(undefined) })
  const test = useTest()
  const create = useMutation({
    mutationFn: (draft: Draft) => api.createServer({ body: createInput(draft) }),
    onSuccess: async (server) => {
      keepView(queryClient, server)
      await navigate({ to: '/mcps/$id', params: { id: server.id } })
    },
    onError: (error) => form.setErrors(draftErrors(error)),
  })
  const tryIt = () => test.mutate(configInput(form.values), { onError: (error) => form.setErrors(draftErrors(error)) })
  const failed = create.error ?? test.error
  return (
    <form className={classes.page} onSubmit={form.onSubmit((draft) => create.mutate(draft))}>
      <h1 className={classes.title}>Add a server</h1>
      <p className={classes.about}>
        Or <Anchor renderRoot={(props) => <Link to="/import" {...props} />}>import the mcp.json</Anchor> of a client you
        use.
      </p>
      <ServerForm form={form} />
      {test.data && <TestResult answer={test.data} />}
      {failed && (
        <p role="alert" className={classes.wrong}>
          {errorText(failed)}
        </p>
      )}
      <div className={classes.actions}>
        <Button type="submit" loading={create.isPending}>
          Save
        </Button>
        <Button variant="default" loading={test.isPending} onClick={tryIt}>
          Test
        </Button>
      </div>
    </form>
  )
}
