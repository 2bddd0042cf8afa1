import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import type { ServerView } from '../../api/server-view.ts'
import classes from './MCPTable.module.css'
import type { Selection } from './selection.ts'
import type { Column } from './server-columns.ts'
import type { SortKey } from './servers-search.ts'

type Props = {
  readonly columns: readonly Column[]
  readonly shown: readonly ServerView[]
  readonly selection: Selection
}

/** Names of the columns, which sort by them; and the box that selects all that is shown. */
export function TableHead({ columns, shown, selection }: Props) {
  const chosen = shown.filter(({ id }) => selection.ids.has(id)).length
  const isAll = chosen > 0 && chosen === shown.length
  return (
    <thead>
      <tr>
        <th scope="col" data-column="select">
          <input
            type="checkbox"
            className={classes.tick}
            aria-label="Select all that are shown"
            checked={isAll}
            ref={(box) => {
              if (box) box.indeterminate = chosen > 0 && !isAll
            }}
            onChange={() => selection.set(isAll ? [] : shown.map(({ id }) => id))}
          />
        </th>
        {columns.map((column) => (
          <ColumnHead key={column.id} column={column} />
        ))}
        <th scope="col" data-column="actions">
          <span className="sr-only">Actions</span>
        </th>
      </tr>
    </thead>
  )
}

const route = getRouteApi('/shell/')

function ColumnHead({ column: { id, header, sort } }: { column: Column }) {
  const { sort: current = 'name' } = route.useSearch()
  const navigate = route.useNavigate()
  if (!sort) {
    return (
      <th scope="col" data-column={id}>
        {header}
      </th>
    )
  }
  const direction = current === sort ? 'ascending' : current === `-${sort}` ? 'descending' : undefined
  const Sign = direction === 'descending' ? IconChevronDown : IconChevronUp
  const next: SortKey | `-${SortKey}` = direction === 'ascending' ? `-${sort}` : sort
  return (
    <th scope="col" data-column={id} aria-sort={direction ?? 'none'}>
      <button
        type="button"
        className={classes.sort}
        onClick={() =>
          navigate({ search: (before) => ({ ...before, sort: next === 'name' ? undefined : next }), replace: true })
        }
      >
        {header}
        {direction && <Sign size={14} stroke={2} aria-hidden />}
      </button>
    </th>
  )
}
