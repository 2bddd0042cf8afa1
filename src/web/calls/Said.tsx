import { Link } from '@tanstack/react-router'
import type { CallDetail } from '../../api/calls.ts'
import type { ServerView } from '../../api/server-view.ts'
import { useMay } from '../api/session.ts'
import classes from './Calls.module.css'

type Props = {
  readonly title: string
  readonly kept: CallDetail['arguments']
  /** Undefined once it is gone. */
  readonly server: ServerView | undefined
}

/** Arguments or result of a call, or why there are none to see. */
export function Said({ title, kept, server }: Props) {
  return (
    <section className={classes.said} aria-label={title}>
      <h2 className={classes.heading}>{title}</h2>
      {kept === null ? (
        <Unkept server={server} />
      ) : (
        <>
          <pre className={classes.json}>{indented(kept.text)}</pre>
          {kept.truncated && <p className={classes.quiet}>Only the first {kept.kept_bytes / 1_024} KiB are kept.</p>}
        </>
      )}
    </section>
  )
}

function Unkept({ server }: Pick<Props, 'server'>) {
  const mayEdit = useMay('admin')
  if (server === undefined || server.record_payloads)
    return <p className={classes.quiet}>None were kept of this call.</p>
  return (
    <p className={classes.quiet}>
      Not kept: what agents say and get is only kept of servers that have it switched on.{' '}
      {mayEdit && (
        <Link to="/mcps/$id/edit" params={{ id: server.id }}>
          Switch it on for {server.name}
        </Link>
      )}
    </p>
  )
}

/** As people read JSON; what was cut is shown as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text // no JSON any more, since it was cut
  }
}
