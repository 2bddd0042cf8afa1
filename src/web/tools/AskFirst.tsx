import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../ui/Dialog.tsx'
import type { Arguments } from './draft.ts'
import { JsonTree } from './JsonTree.tsx'
import classes from './ToolTester.module.css'
import type { Tool } from './tool.ts'

type Props = {
  readonly server: string
  readonly tool: Tool
  readonly args: Arguments
  readonly onClose: () => void
  /** @param always no more questions for this tool while it is open. */
  readonly onRun: (always: boolean) => void
}

/** Asks before a tool runs that may destroy something. */
export function AskFirst({ server, tool, args, onClose, onRun }: Props) {
  const [always, setAlways] = useState(false)
  return (
    <Dialog onClose={onClose} title={`Run ${tool.name}?`}>
      <div className={classes.question}>
        <p>
          {tool.hints.includes('destructive')
            ? `${server} says that this tool may change or delete things.`
            : `${server} does not say that this tool only reads, so it may change or delete things.`}{' '}
          It runs for real.
        </p>
        <JsonTree label="Arguments" value={args} />
        <Checkbox
          label="Do not ask again while I try this tool"
          checked={always}
          onChange={({ currentTarget }) => setAlways(currentTarget.checked)}
        />
        <div className={classes.actions}>
          <Button color="red" onClick={() => onRun(always)}>
            Run it
          </Button>
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
