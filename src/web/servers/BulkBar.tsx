import { Button, CloseButton, Progress } from '@mantine/core'
import { useState } from 'react'
import type { ServerView } from '../../api/server-view.ts'
import { useMay } from '../api/session.ts'
import { AskBulk } from './AskBulk.tsx'
import classes from './BulkBar.module.css'
import { BULK_CHANGES, type BulkKind } from './bulk-change.ts'
import type { Selection } from './selection.ts'
import { countOf, useBulk } from './use-bulk.tsx'

type Props = { readonly servers: ReadonlyMap<number, ServerView>; readonly selection: Selection }

/** What can be done with the servers that are selected, and how far that is. */
export function BulkBar({ servers, selection }: Props) {
  const bulk = useBulk()
  const [asked, setAsked] = useState<BulkKind>()
  const mayOperate = useMay('operator')
  const mayDelete = useMay('admin')
  const chosen = [...selection.ids].flatMap((id) => servers.get(id) ?? [])
  const start = (kind: BulkKind) => {
    setAsked(undefined)
    bulk.change({ kind, servers: chosen })
    if (kind === 'delete') selection.set([])
  }
  const kinds = (['enable', 'disable', 'delete'] as const).filter((kind) => kind !== 'delete' || mayDelete)
  const { running } = bulk
  return (
    <>
      {chosen.length > 0 && (
        <section className={classes.bar} aria-label="Selected servers">
          <strong>{countOf(chosen.length)} selected</strong>
          {mayOperate ? (
            <>
              <Button variant="default" disabled={bulk.isBusy} onClick={() => bulk.check(chosen)}>
                Check
              </Button>
              {kinds.map((kind) => (
                <Button
                  key={kind}
                  variant="default"
                  disabled={bulk.isBusy}
                  onClick={() => (BULK_CHANGES[kind].asks ? setAsked(kind) : start(kind))}
                >
                  {BULK_CHANGES[kind].label}
                </Button>
              ))}
            </>
          ) : (
            <span>Only an operator or admin may check or change them.</span>
          )}
          <CloseButton size="sm" aria-label="Clear selection" onClick={() => selection.set([])} />
        </section>
      )}
      {running && (
        <div className={classes.bar} role="status">
          {running.label} {running.done} of {running.total}
          <Progress
            className={classes.progress}
            value={(running.done / running.total) * 100}
            aria-label={running.label}
          />
        </div>
      )}
      {asked && <AskBulk kind={asked} servers={chosen} onClose={() => setAsked(undefined)} onGo={() => start(asked)} />}
    </>
  )
}
