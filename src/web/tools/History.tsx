import { Button } from '@mantine/core'
import { latency } from '../../api/time-text.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import type { Arguments } from './draft.ts'
import classes from './History.module.css'
import type { PastRun } from './run-history.ts'

type Props = { readonly runs: readonly PastRun[]; readonly onPick: (args: Arguments) => void }

/** Earlier runs of the tool, to take their arguments again. */
export const History = ({ runs, onPick }: Props) =>
  runs.length > 0 && (
    <section aria-label="Earlier runs">
      <h2 className={classes.title}>Earlier runs</h2>
      <ol className={classes.runs}>
        {runs.map((run) => (
          <li key={run.at}>
            <span className={classes.when}>
              <RelativeTime time={new Date(run.at).toISOString()} />
            </span>
            <span className={classes.outcome} data-tone={run.tone}>
              {run.outcome} {run.durationMs !== undefined && latency(run.durationMs)}
            </span>
            <code className={classes.args}>{run.isSecret ? 'with a secret' : JSON.stringify(run.args)}</code>
            <Button size="compact-xs" variant="default" onClick={() => onPick(run.args)}>
              Use again
            </Button>
          </li>
        ))}
      </ol>
      <p className={classes.note}>
        Kept in this browser: the last 20 of each tool, without their results. What has a secret in it goes when this
        tab is closed.
      </p>
    </section>
  )
