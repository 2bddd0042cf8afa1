import { Button, CopyButton, Select } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { AGENT_CLIENTS, type AgentEndpoint, clientConfig } from '../../api/client-config.ts'
import { collectionsQuery } from '../api/collections-query.ts'
import { api } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { useFleet } from '../live/fleet-query.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import classes from './Agents.module.css'
import type { AgentsSearch } from './agents-search.ts'

const route = getRouteApi('/shell/agents')

/** The configuration of an agent's program, to be copied; with a token made for just this, if wished. */
export function ConnectPanel() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const isAdmin = useMay('admin')
  const client = AGENT_CLIENTS.find((known) => known === search.client) ?? AGENT_CLIENTS[0]
  const endpoint = endpointIn(search)
  const choices = useChoices()
  const limit = choices.find(({ value }) => value === choiceOf(endpoint))?.limit
  const create = useMutation({
    mutationFn: () => {
      const name = endpoint.kind === 'everything' ? client : `${client} ${endpoint.name}`
      return api.createToken({ body: { name, role: 'agent', limit: limit ?? null } })
    },
    onSuccess: ({ name }) => notify('good', `The token ${name} is made`, 'It is shown this once: copy it now.'),
    onError: (error) => notify('bad', 'No token was made', errorText(error)),
  })
  const token = create.data?.token
  const { title, file, text, notes } = clientConfig({ client, url: location.origin, endpoint, token })
  const choose = (change: AgentsSearch) => {
    // A token that was made is for what was chosen then.
    create.reset()
    void navigate({ search: { ...search, ...change }, replace: true })
  }
  return (
    <>
      <div className={classes.choices}>
        <Select
          label="Program"
          data={AGENT_CLIENTS.map((value) => ({ value, label: titleOf(value) }))}
          value={client}
          allowDeselect={false}
          onChange={(value) => choose({ client: value ?? undefined })}
        />
        <Select
          label="What it reaches"
          searchable
          data={grouped(choices)}
          value={choiceOf(endpoint)}
          allowDeselect={false}
          onChange={(value) => choose(searchOf(value ?? ''))}
        />
      </div>
      <p className={classes.about}>
        {title}: put this into {file}.
      </p>
      <pre className={classes.snippet}>{text}</pre>
      {notes.map((note) => (
        <p key={note} className={classes.about}>
          {note}
        </p>
      ))}
      <div className={classes.actions}>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        {isAdmin && !token && (
          <Button variant="default" loading={create.isPending} onClick={() => create.mutate()}>
            Make a token for it
          </Button>
        )}
      </div>
    </>
  )
}

type Choice = {
  readonly group: string
  readonly value: string
  readonly label: string
  readonly limit?: { readonly servers: number[] } | { readonly collections: number[] }
}

const EVERYTHING: Choice = { group: 'All', value: 'everything', label: 'Everything its token may use' }

function useChoices(): readonly Choice[] {
  const fleet = useFleet()
  const { data: collections = [] } = useQuery(collectionsQuery)
  const servers = [...(fleet?.servers.values() ?? [])].sort((a, b) => a.name.localeCompare(b.name))
  return [
    EVERYTHING,
    ...collections.map(({ id, name }) => ({
      ...{ group: 'Collections', value: `collection:${name}`, label: name },
      limit: { collections: [id] },
    })),
    ...servers.map(({ id, name }) => ({
      ...{ group: 'Servers', value: `server:${name}`, label: name },
      limit: { servers: [id] },
    })),
  ]
}

const grouped = (choices: readonly Choice[]) =>
  [...new Set(choices.map(({ group }) => group))].map((group) => ({
    group,
    items: choices.filter((choice) => choice.group === group).map(({ value, label }) => ({ value, label })),
  }))

function endpointIn({ server, collection }: AgentsSearch): AgentEndpoint {
  if (collection !== undefined) return { kind: 'collection', name: collection }
  return server === undefined ? { kind: 'everything' } : { kind: 'server', name: server }
}

const choiceOf = (endpoint: AgentEndpoint): string =>
  endpoint.kind === 'everything' ? EVERYTHING.value : `${endpoint.kind}:${endpoint.name}`

/** Of a choice; a name holds no colon. */
function searchOf(value: string): AgentsSearch {
  const [kind, name] = value.split(':')
  return { server: kind === 'server' ? name : undefined, collection: kind === 'collection' ? name : undefined }
}

const titleOf = (client: (typeof AGENT_CLIENTS)[number]): string =>
  clientConfig({ client, url: '', endpoint: { kind: 'everything' } }).title
