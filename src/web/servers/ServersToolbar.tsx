import { Button, Menu, TextInput } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconColumns, IconPlus, IconSearch } from '@tabler/icons-react'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useMay } from '../api/session.ts'
import classes from './ServersPage.module.css'
import { COLUMNS } from './server-columns.ts'
import { HIDABLE, includes, type ServersSearch, toggled } from './servers-search.ts'

const route = getRouteApi('/shell/')

/** Finds servers, groups them and chooses columns; all of it is in the URL. */
export function ServersToolbar({ countText }: { countText: string }) {
  const { q, hide, group } = route.useSearch()
  const navigate = route.useNavigate()
  const mayAdd = useMay('admin')
  const search = useRef<HTMLInputElement>(null)
  // While somebody types, the URL follows a little later; a field that waited for it would lose its place.
  const [typed, setTyped] = useState<string>()
  useHotkeys([['/', () => search.current?.focus()]])
  const change = (part: (before: ServersSearch) => Partial<ServersSearch>) =>
    navigate({ search: (before) => ({ ...before, ...part(before) }), replace: true })
  return (
    <div className={classes.bar}>
      <h1 className={classes.title}>Servers</h1>
      <TextInput
        ref={search}
        type="search"
        aria-label="Find servers"
        aria-keyshortcuts="/"
        placeholder="Find by name or description"
        leftSection={<IconSearch size={15} aria-hidden />}
        className={classes.search}
        value={typed ?? q ?? ''}
        onChange={({ currentTarget: { value } }) => {
          setTyped(value)
          void change(() => ({ q: value || undefined }))
        }}
        onBlur={() => setTyped(undefined)}
      />
      <span className={classes.count}>{countText}</span>
      <Button
        variant="default"
        className={classes.wide}
        aria-pressed={group === 'status'}
        onClick={() => change((before) => ({ group: before.group ? undefined : 'status' }))}
      >
        Group by status
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconColumns size={15} aria-hidden />} className={classes.wide}>
            Columns
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {HIDABLE.map((id) => (
            <Menu.CheckboxItem
              key={id}
              checked={!includes(hide, id)}
              onChange={() => change((before) => ({ hide: toggled(before.hide, id) }))}
            >
              {COLUMNS.find((column) => column.id === id)?.header}
            </Menu.CheckboxItem>
          ))}
        </Menu.Dropdown>
      </Menu>
      {mayAdd && (
        <Button leftSection={<IconPlus size={15} aria-hidden />} renderRoot={(props) => <Link to="/add" {...props} />}>
          Add server
        </Button>
      )}
    </div>
  )
}
