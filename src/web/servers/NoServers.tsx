import { Button, Group } from '@mantine/core'
import { IconServerOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useMay } from '../api/session.ts'
import { Plate } from '../ui/Plate.tsx'

/** What to do with an empty Omni2. */
export function NoServers() {
  const mayAdd = useMay('admin')
  return (
    <Plate
      Icon={IconServerOff}
      title="No servers yet"
      action={
        mayAdd && (
          <Group gap="xs" justify="center">
            <Button renderRoot={(props) => <Link to="/add" {...props} />}>Add server</Button>
            <Button variant="default" renderRoot={(props) => <Link to="/import" {...props} />}>
              Import
            </Button>
          </Group>
        )
      }
    >
      {mayAdd
        ? 'Register your first MCP server, or import the mcp.json of a client you use. '
        : 'An admin can add servers. '}
      To see how Omni2 looks at work, run <code>npm run demo</code>: real and broken servers.
    </Plate>
  )
}
