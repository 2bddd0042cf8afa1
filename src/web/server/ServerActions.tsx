import { Button, Menu } from '@mantine/core'
import { IconDots, IconPlayerPause, IconPlayerPlay, IconRefresh, IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { api, enableServer } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { keepView } from '../live/fleet-query.ts'
import { refreshServer, useIsRefreshing } from '../live/refresh-server.tsx'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { AskServer } from './AskServer.tsx'
import classes from './ServerPage.module.css'

/** What can be done with a server as a whole; what ends something asks once. */
export function ServerActions({ server }: { server: ServerView }) {
  const { id, name, enabled } = server
  const [asked, setAsked] = useState<'disable' | 'delete'>()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const mayOperate = useMay('operator')
  const mayDelete = useMay('admin')
  const isRefreshing = useIsRefreshing(id)
  const onError = (error: Error) => notify('bad', name, errorText(error))
  const enable = useMutation({
    mutationFn: () => enableServer(id),
    onSuccess: (view) => {
      keepView(queryClient, view)
      notify('good', `${name} enabled`, 'It is checked now.')
    },
    onError,
  })
  const disable = useMutation({
    mutationFn: () => api.disableServer({ params: { id } }),
    onSuccess: (view) => {
      keepView(queryClient, view)
      const undo = (
        <Button variant="default" onClick={() => enable.mutate()}>
          Enable again
        </Button>
      )
      notify('info', `${name} disabled`, undo)
    },
    onError,
  })
  const remove = useMutation({
    mutationFn: () => api.deleteServer({ params: { id } }),
    onSuccess: async () => {
      notify('info', `${name} deleted`)
      await navigate({ to: '/' })
    },
    onError,
  })
  if (!mayOperate) return null
  const act = () => {
    setAsked(undefined)
    if (asked === 'delete') remove.mutate()
    else disable.mutate()
  }
  return (
    <div className={classes.actions}>
      <Button
        variant="default"
        leftSection={<IconRefresh size={15} stroke={1.75} aria-hidden />}
        loading={isRefreshing}
        onClick={() => refreshServer(queryClient, server)}
      >
        Check now
      </Button>
      {enabled ? (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={15} stroke={1.75} aria-hidden />}
          loading={disable.isPending}
          onClick={() => setAsked('disable')}
        >
          Disable
        </Button>
      ) : (
        <Button
          leftSection={<IconPlayerPlay size={15} stroke={1.75} aria-hidden />}
          loading={enable.isPending}
          onClick={() => enable.mutate()}
        >
          Enable
        </Button>
      )}
      {mayDelete && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" aria-label="More actions" loading={remove.isPending}>
              <IconDots size={15} stroke={1.75} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconTrash size={15} stroke={1.75} aria-hidden />}
              color="red"
              onClick={() => setAsked('delete')}
            >
              Delete
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {asked && <AskServer name={name} kind={asked} onClose={() => setAsked(undefined)} onGo={act} />}
    </div>
  )
}
