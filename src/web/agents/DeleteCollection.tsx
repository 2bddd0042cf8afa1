import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { CollectionView } from '../../api/collections.ts'
import { collectionQuery, collectionsQuery } from '../api/collections-query.ts'
import { api } from '../api/mcpApi.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import classes from './Agents.module.css'

/** Asks once, and says who loses what. */
export function DeleteCollection({ collection: { id, name, path } }: { collection: CollectionView }) {
  const [isAsking, setAsking] = useState(false)
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => api.deleteCollection({ params: { id } }),
    onSuccess: async () => {
      await navigate({ to: '/agents' })
      queryClient.removeQueries({ queryKey: collectionQuery(id).queryKey })
      void queryClient.invalidateQueries({ queryKey: collectionsQuery.queryKey, exact: true })
      notify('good', `${name} is deleted`)
    },
    onError: (error) => notify('bad', 'Not deleted', errorText(error)),
  })
  return (
    <>
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {isAsking && (
        <Dialog onClose={() => setAsking(false)} title={`Delete ${name}?`}>
          <p>
            Agents lose {path}, and tokens that are limited to it open that much less. Its servers stay. This cannot be
            undone.
          </p>
          <div className={classes.actions}>
            <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </Button>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              Keep it
            </Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
