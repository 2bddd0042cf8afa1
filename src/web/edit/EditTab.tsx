import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { ServerView } from '../../api/server-view.ts'
import { api } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { keepView, useServer } from '../live/fleet-query.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { Conflict } from './Conflict.tsx'
import { type Draft, draftOf, updateInput } from './draft.ts'
import { draftErrors } from './draft-errors.ts'
import classes from './ServerForm.module.css'
import { ServerForm } from './ServerForm.tsx'
import { TestResult } from './TestResult.tsx'
import { useTest } from './use-test.ts'

const route = getRouteApi('/shell/mcps/$id')

/** Changes a server. */
export function EditTab() {
  const server = useServer(route.useParams().id)
  const mayEdit = useMay('admin')
  if (!server) return null
  if (!mayEdit) return <p className={classes.page}>Only an admin may change a server.</p>
  return <Editing key={server.id} server={server} />
}

/** What is edited is how the server was when the form was opened or saved last, whatever is pushed meanwhile. */
function Editing({ server }: { server: ServerView }) {
  const [base, setBase] = useState(server)
  return <EditForm key={base.etag} base={base} now={server} onBase={setBase} />
}

type Props = {
  readonly base: ServerView
  /** How it is by now. */
  readonly now: ServerView
  readonly onBase: (server: ServerView) => void
}

function EditForm({ base, now, onBase }: Props) {
  const { id, name } = base
  const queryClient = useQueryClient()
  const form = useForm<Draft>({ initialValues: draftOf(base) })
  const test = useTest()
  const save = useMutation({
    mutationFn: ({ draft, ifMatch }: { draft: Draft; ifMatch: string }) =>
      api.updateServer({ params: { id }, body: updateInput(draft, base), ifMatch }),
    onSuccess: (saved) => {
      keepView(queryClient, saved)
      onBase(saved)
      notify('good', `${saved.name} saved`, 'It is checked anew.')
    },
    onError: (error) => form.setErrors(draftErrors(error)),
  })
  const tryIt = () => {
    const { enabled: _, ...changes } = updateInput(form.values, base)
    test.mutate({ ...changes, server_id: id }, { onError: (error) => form.setErrors(draftErrors(error)) })
  }
  const isStale = save.error instanceof ApiError && save.error.problem.status === 412
  const failed = isStale ? test.error : (save.error ?? test.error)
  return (
    <form
      className={classes.page}
      aria-label={`Edit ${name}`}
      onSubmit={form.onSubmit((draft) => save.mutate({ draft, ifMatch: base.etag }))}
    >
      <ServerForm form={form} server={base} />
      {test.data && <TestResult answer={test.data} />}
      {isStale && (
        <Conflict
          before={base}
          now={now}
          onKeep={() => save.mutate({ draft: form.values, ifMatch: now.etag })}
          onTake={() => onBase(now)}
        />
      )}
      {failed && (
        <p role="alert" className={classes.wrong}>
          {errorText(failed)}
        </p>
      )}
      <div className={classes.actions}>
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
          Save
        </Button>
        <Button variant="default" loading={test.isPending} onClick={tryIt}>
          Test
        </Button>
        <Button variant="subtle" renderRoot={(props) => <Link to="/mcps/$id/tools" params={{ id }} {...props} />}>
          Try its tools
        </Button>
        {form.isDirty() && (
          <Button variant="subtle" onClick={() => onBase(now)}>
            Discard
          </Button>
        )}
      </div>
    </form>
  )
}
