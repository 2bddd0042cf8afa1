import { ActionIcon, Button, Switch, TextInput } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { skipToken, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { capabilitiesQuery } from '../api/capabilities-query.ts'
import { useServer } from '../live/fleet-query.ts'
import classes from './Agents.module.css'
import { changedTool, type DraftServer, type DraftTool, toolNames, toolOf } from './collection-draft.ts'

type Props = {
  readonly server: DraftServer
  readonly onChange: (change: Partial<DraftServer>) => void
  readonly onRemove: () => void
}

/** What of one server is in a collection. */
export function CollectionServer({ server, onChange, onRemove }: Props) {
  const { server_id, server_name } = server
  const known = useServer(server_id)
  const asked = capabilitiesQuery({ id: server_id, last_health_check: known?.last_health_check ?? null })
  const { data } = useQuery(known ? asked : { ...asked, queryFn: skipToken })
  const offered = data?.tools.map(({ name }) => name) ?? []
  const name = known?.name ?? server_name
  return (
    <section className={classes.server} aria-label={name}>
      <div className={classes.head}>
        <h2>{name}</h2>
        {known !== null && (
          <>
            <Switch
              label="All other tools"
              checked={server.other_tools}
              onChange={({ currentTarget }) => onChange({ other_tools: currentTarget.checked })}
            />
            <Switch
              label="Prompts"
              checked={server.prompts}
              onChange={({ currentTarget }) => onChange({ prompts: currentTarget.checked })}
            />
            <Switch
              label="Resources"
              checked={server.resources}
              onChange={({ currentTarget }) => onChange({ resources: currentTarget.checked })}
            />
          </>
        )}
        <Button variant="subtle" color="red" aria-label={`Leave out ${name}`} onClick={onRemove}>
          Leave out
        </Button>
      </div>
      {known === null && <p className={classes.missing}>This server was removed. The rest of the collection works.</p>}
      {known && (
        <ul className={classes.tools} aria-label={`Tools of ${name}`}>
          {toolNames(server, offered).map((tool) => (
            <Tool
              key={tool}
              choice={toolOf(server, tool)}
              isMissing={data !== undefined && !offered.includes(tool)}
              onChange={(change) => onChange(changedTool(server, tool, change))}
            />
          ))}
        </ul>
      )}
    </section>
  )
}

type ToolProps = {
  readonly choice: DraftTool
  readonly isMissing: boolean
  readonly onChange: (change: Partial<DraftTool>) => void
}

function Tool({ choice: { tool, on, name, description }, isMissing, onChange }: ToolProps) {
  const [isOpen, setOpen] = useState(name !== '' || description !== '')
  return (
    <li>
      <div className={classes.tool}>
        <Switch
          label={tool}
          description={isMissing ? 'Its server does not offer it any more.' : undefined}
          checked={on}
          onChange={({ currentTarget }) => onChange({ on: currentTarget.checked })}
        />
        <ActionIcon aria-label={`Rename or describe ${tool}`} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <IconPencil size={16} stroke={1.75} />
        </ActionIcon>
      </div>
      {isOpen && (
        <div className={classes.words}>
          <TextInput
            aria-label={`Name of ${tool} for agents`}
            placeholder="Another name"
            value={name}
            onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
          />
          <TextInput
            aria-label={`Description of ${tool} for agents`}
            placeholder="Another description"
            value={description}
            onChange={({ currentTarget }) => onChange({ description: currentTarget.value })}
          />
        </div>
      )}
    </li>
  )
}
