import { useQuery } from '@tanstack/react-query'
import type { CapabilityChangeView } from '../../api/capabilities-view.ts'
import type { ServerView } from '../../api/server-view.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './CapabilitiesTab.module.css'
import { definitionDiff } from './definition-diff.ts'
import { capabilityChangesQuery } from './server-queries.ts'

/** What came, went or is described anew since the server was first seen, the newest first, with what it was before. */
export function CapabilityChanges({ server }: { server: ServerView }) {
  const { data, error, refetch } = useQuery(capabilityChangesQuery(server))
  if (error) return <ErrorPlate error={error} what="Changes" onRetry={() => refetch()} />
  if (!data || data.changes.length === 0) return null
  return (
    <section aria-label="Changes">
      <h2 className={classes.title}>Changes</h2>
      <ol className={classes.changes}>
        {data.changes.map((change) => (
          <ChangeRow key={change.id} change={change} />
        ))}
      </ol>
    </section>
  )
}

const WORDS = { added: 'added', removed: 'removed', changed: 'described anew' } as const

function ChangeRow({ change: { seen_at, kind, name, change, before, after, truncated, omitted } }: Props) {
  const parts = change === 'changed' && before && after ? definitionDiff(before, after) : []
  return (
    <li>
      <div className={classes.head}>
        <span className={classes.quiet}>
          <RelativeTime time={seen_at} />
        </span>
        <span data-change={change}>
          {kind} <strong>{name}</strong> {WORDS[change]}
        </span>
      </div>
      {parts.length > 0 && (
        <dl className={classes.diff}>
          {parts.map(({ path, before: was, after: is }) => (
            <div key={path}>
              <dt>{path}</dt>
              {was !== null && (
                <dd>
                  <span className="sr-only">was </span>
                  <del>{was}</del>
                </dd>
              )}
              {is !== null && (
                <dd>
                  <span className="sr-only">is </span>
                  <ins>{is}</ins>
                </dd>
              )}
            </div>
          ))}
        </dl>
      )}
      {truncated && <p className={classes.quiet}>Too large to be kept.</p>}
      {omitted > 0 && <p className={classes.quiet}>{omitted} more changed at that time.</p>}
    </li>
  )
}

type Props = { readonly change: CapabilityChangeView }
