import { Button } from '@mantine/core'
import type { ServerView } from '../../api/server-view.ts'
import { Dialog } from '../ui/Dialog.tsx'
import classes from './BulkBar.module.css'
import { BULK_CHANGES, type BulkKind } from './bulk-change.ts'
import { countOf } from './use-bulk.tsx'

type Props = {
  readonly kind: BulkKind
  readonly servers: readonly ServerView[]
  readonly onClose: () => void
  readonly onGo: () => void
}

const MOST_NAMED = 20

/** Asks once, names whom it concerns and says what follows. */
export function AskBulk({ kind, servers, onClose, onGo }: Props) {
  const { label, asks } = BULK_CHANGES[kind]
  return (
    <Dialog onClose={onClose} title={`${label} ${countOf(servers.length)}?`}>
      {asks}
      <ul className={classes.names}>
        {servers.slice(0, MOST_NAMED).map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
        {servers.length > MOST_NAMED && <li>and {servers.length - MOST_NAMED} more</li>}
      </ul>
      <div className={classes.buttons}>
        <Button color="red" onClick={onGo}>
          {label}
        </Button>
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
      </div>
    </Dialog>
  )
}
