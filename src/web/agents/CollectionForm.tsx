import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '../../api/client.ts'
import type { CollectionView } from '../../api/collections.ts'
import { collectionQuery, collectionsQuery } from '../api/collections-query.ts'
import { api } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { useFleet } from '../live/fleet-query.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import classes from './Agents.module.css'
import { CollectionServer } from './CollectionServer.tsx'
import { changedServer, draftOf, EMPTY_DRAFT, inputOf, withoutServer, withServer } from './collection-draft.ts'
import { DeleteCollection } from './DeleteCollection.tsx'

type Props = {
  /** How it was when the editing began; undefined: it is made. */
  readonly base: CollectionView | undefined
  /** How it is by now. */
  readonly now: CollectionView | undefined
  readonly onBase: (collection: CollectionView) => void
}

export function CollectionForm({ base, now, onBase }: Props) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const mayEdit = useMay('admin')
  const fleet = useFleet()
  const before = base ? draftOf(base) : EMPTY_DRAFT
  const [draft, setDraft] = useState(before)
  const save = useMutation({
    mutationFn: (ifMatch: string | undefined) => {
      const body = inputOf(draft)
      if (!base) return api.createCollection({ body })
      return api.updateCollection({ params: { id: base.id }, body, ...(ifMatch ? { ifMatch } : {}) })
    },
    onSuccess: async (saved) => {
      queryClient.setQueryData(collectionQuery(saved.id).queryKey, saved)
      void queryClient.invalidateQueries({ queryKey: collectionsQuery.queryKey, exact: true })
      notify('good', `${saved.name} saved`, 'Agents see it at once.')
      if (base) onBase(saved)
      else await navigate({ to: '/collections/$id', params: { id: String(saved.id) }, replace: true })
    },
  })
  const problem = save.error instanceof ApiError ? save.error.problem : undefined
  const isStale = problem?.status === 412
  const isDirty = JSON.stringify(draft) !== JSON.stringify(before)
  const free = [...(fleet?.servers.values() ?? [])]
    .filter(({ id }) => !draft.servers.some(({ server_id }) => server_id === id))
    .sort((a, b) => a.name.localeCompare(b.name))
  return (
    <form
      aria-label={base ? `Edit ${base.name}` : 'New collection'}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(base?.etag)
      }}
    >
      <h1 className={classes.title}>{base ? base.name : 'New collection'}</h1>
      {base && <p className={classes.about}>Agents reach it at {base.path}.</p>}
      <fieldset className={classes.form} disabled={!mayEdit}>
        <TextInput
          label="Name"
          description="Part of its endpoint"
          required
          value={draft.name}
          error={problem?.errors?.find(({ path }) => path === 'name')?.message}
          onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          autosize
          value={draft.description}
          onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })}
        />
        {draft.servers.map((server) => (
          <CollectionServer
            key={server.server_id}
            server={server}
            onChange={(change) => setDraft((draft) => changedServer(draft, server.server_id, change))}
            onRemove={() => setDraft((draft) => withoutServer(draft, server.server_id))}
          />
        ))}
        <Select
          label="Add a server"
          placeholder={free.length === 0 ? 'All servers are in it' : 'Choose one'}
          searchable
          value={null}
          data={free.map(({ id, name }) => ({ value: String(id), label: name }))}
          onChange={(id) => {
            const server = free.find((one) => String(one.id) === id)
            if (server) setDraft((draft) => withServer(draft, server.id, server.name))
          }}
        />
      </fieldset>
      {save.error && (
        <p role="alert" className={classes.wrong}>
          {isStale ? 'Somebody else changed it meanwhile.' : errorText(save.error)}
        </p>
      )}
      {!mayEdit && <p className={classes.about}>Only an admin may change it.</p>}
      {mayEdit && (
        <div className={classes.actions}>
          <Button type="submit" loading={save.isPending} disabled={!isDirty}>
            Save
          </Button>
          {isStale && now && (
            <>
              <Button variant="default" onClick={() => save.mutate(now.etag)}>
                Save mine over it
              </Button>
              <Button variant="default" onClick={() => onBase(now)}>
                Take theirs
              </Button>
            </>
          )}
          {base && <DeleteCollection collection={base} />}
        </div>
      )}
    </form>
  )
}
