import { Button, Table } from '@mantine/core'
import { IconPlus, IconStack2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { collectionsQuery } from '../api/collections-query.ts'
import { useMay } from '../api/session.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import classes from './Agents.module.css'

/** All collections, with what is missing in them. */
export function CollectionList() {
  const mayEdit = useMay('admin')
  const { data, error, refetch } = useQuery(collectionsQuery)
  if (error) return <ErrorPlate error={error} what="Collections" onRetry={() => refetch()} />
  if (!data) return <Loading what="collections" />
  const add = mayEdit && (
    <Button
      leftSection={<IconPlus size={14} aria-hidden />}
      renderRoot={(props) => <Link to="/collections/$id" params={{ id: 'new' }} {...props} />}
    >
      New collection
    </Button>
  )
  if (data.length === 0) {
    return (
      <Plate Icon={IconStack2} title="No collections yet" action={add}>
        {mayEdit ? 'Choose the servers and tools that an agent is to see.' : 'An admin makes them.'}
      </Plate>
    )
  }
  return (
    <>
      <div className={classes.wide}>
        <Table aria-label="Collections" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Servers</Table.Th>
              <Table.Th>Tools</Table.Th>
              <Table.Th>Missing</Table.Th>
              <Table.Th>Endpoint</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map(({ id, name, servers, tool_count, missing, path }) => (
              <Table.Tr key={id}>
                <Table.Th scope="row">
                  <Link to="/collections/$id" params={{ id: String(id) }} className={classes.name}>
                    {name}
                  </Link>
                </Table.Th>
                <Table.Td>{servers.length}</Table.Td>
                <Table.Td>{tool_count}</Table.Td>
                <Table.Td className={missing.length > 0 ? classes.missing : undefined}>
                  {missing.join(', ') || 'nothing'}
                </Table.Td>
                <Table.Td>{path}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {add}
    </>
  )
}
