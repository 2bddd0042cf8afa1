import { Button, Table } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TokenView } from '../../api/tokens.ts'
import { api } from '../api/mcpApi.ts'
import { ErrorPlate, errorText } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { notify } from '../ui/notify.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { NewToken } from './NewToken.tsx'
import { RevokeToken } from './RevokeToken.tsx'
import classes from './SettingsPage.module.css'
import { tokensQuery } from './settings-query.ts'

/** Every API token: whose it is, what it may do, when it was used. */
export function Tokens() {
  const queryClient = useQueryClient()
  const { data, error, refetch } = useQuery(tokensQuery)
  const [isAdding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<TokenView>()
  const revoke = useMutation({
    mutationFn: ({ id }: TokenView) => api.deleteToken({ params: { id } }),
    onSuccess: async (_, { name }) => {
      setLeaving(undefined)
      await queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
      notify('good', `${name} is revoked`, 'What was signed in with it is signed out.')
    },
    onError: (failure) => notify('bad', 'Not revoked', errorText(failure)),
  })
  if (error) return <ErrorPlate error={error} what="Tokens" onRetry={() => refetch()} />
  if (!data) return <Loading what="tokens" />
  return (
    <>
      <div className={classes.wide}>
        <Table aria-label="API tokens" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th>Limited to</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th>Created</Table.Th>
              <Table.Th>Expires</Table.Th>
              <Table.Th>
                <span className="sr-only">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.tokens.map((token) => (
              <Table.Tr key={token.id}>
                <Table.Th scope="row">{token.name}</Table.Th>
                <Table.Td>{token.role}</Table.Td>
                <Table.Td>{limitOf(token)}</Table.Td>
                <Table.Td>
                  <RelativeTime time={token.last_used_at} />
                </Table.Td>
                <Table.Td>
                  <RelativeTime time={token.created_at} />
                </Table.Td>
                <Table.Td>
                  {token.expires_at === null ? 'never' : <RelativeTime time={token.expires_at} as="until" />}
                </Table.Td>
                <Table.Td>
                  <Button
                    variant="subtle"
                    color="red"
                    aria-label={`Revoke ${token.name}`}
                    onClick={() => setLeaving(token)}
                  >
                    Revoke
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
        New token
      </Button>
      {isAdding && <NewToken onClose={() => setAdding(false)} />}
      {leaving && (
        <RevokeToken
          token={leaving}
          isBusy={revoke.isPending}
          onClose={() => setLeaving(undefined)}
          onRevoke={() => revoke.mutate(leaving)}
        />
      )}
    </>
  )
}

/** What is gone of a limit is told as such: the token opens that much less. */
const limitOf = ({ limit }: TokenView): string =>
  limit === null ? 'no limit' : [...limit.servers, ...limit.collections].map(({ name }) => name ?? '(gone)').join(', ')
