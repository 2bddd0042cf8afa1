import { ActionIcon, Menu } from '@mantine/core'
import { IconApi, IconLogout, IconUserCircle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../api/mcpApi.ts'
import { useSession } from '../api/session.ts'
import { forgetRuns } from '../tools/forget-runs.ts'

/** Who is signed in, as what, and the way out. */
export function AccountMenu() {
  const { name, role } = useSession()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const signOut = useMutation({
    mutationFn: async () => {
      await api.signOut()
      forgetRuns(localStorage)
      forgetRuns(sessionStorage)
    },
    onSuccess: async () => {
      await navigate({ to: '/sign-in' })
      queryClient.clear()
    },
  })
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label={`Account: ${name}, ${role}`}>
          <IconUserCircle size={20} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name} · {role}
        </Menu.Label>
        <Menu.Item component="a" href="/api/docs" leftSection={<IconApi size={16} stroke={1.75} />}>
          API documentation
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} stroke={1.75} />}
          disabled={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
