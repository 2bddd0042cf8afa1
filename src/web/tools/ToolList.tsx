import { TextInput } from '@mantine/core'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { CapabilityView } from '../../api/capabilities-view.ts'
import classes from './ToolsTab.module.css'

const route = getRouteApi('/shell/mcps/$id/tools')

type Props = { readonly tools: readonly CapabilityView[]; readonly chosen: string | undefined }

/** The tools to choose from. */
export function ToolList({ tools, chosen }: Props) {
  const [wanted, setWanted] = useState('')
  const search = route.useSearch()
  const found = tools.filter(({ name, definition: { title } }) =>
    `${name} ${typeof title === 'string' ? title : ''}`.toLowerCase().includes(wanted.toLowerCase()),
  )
  return (
    <nav aria-label="Tools" className={classes.list}>
      <TextInput
        aria-label="Find a tool"
        placeholder={`Find in ${tools.length} ${tools.length === 1 ? 'tool' : 'tools'}`}
        value={wanted}
        onChange={({ currentTarget }) => setWanted(currentTarget.value)}
      />
      <ul>
        {found.map(({ name }) => (
          <li key={name}>
            <Link
              from="/mcps/$id/tools"
              search={{ ...search, tool: name }}
              className={classes.tool}
              aria-current={name === chosen ? 'page' : undefined}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={classes.quiet}>No tool is called so.</p>}
    </nav>
  )
}
