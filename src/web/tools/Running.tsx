import { Loader, Progress } from '@mantine/core'
import { useNow } from '../ui/use-now.ts'
import { JsonTree } from './JsonTree.tsx'
import { type Meanwhile, percent, progressText } from './meanwhile.ts'
import classes from './Result.module.css'

/** How far a tool is, as its server says. */
export function Running({ at, meanwhile: { progress } }: { at: number; meanwhile: Meanwhile }) {
  const seconds = Math.max(0, Math.round((useNow() - at) / 1_000))
  const done = progress && percent(progress)
  return (
    <div className={classes.head} data-tone="info">
      <Loader size="xs" aria-hidden />
      <strong>Running</strong>
      <span aria-hidden>{seconds} s</span>
      {progress && <p>{progressText(progress)}</p>}
      {done !== undefined && <Progress className={classes.progress} value={done} aria-label="Progress" />}
    </div>
  )
}

/** What the server logged while the tool ran. */
export const Logs = ({ meanwhile: { logs, logCount } }: { meanwhile: Meanwhile }) =>
  logs.length > 0 && (
    <details className={classes.logs}>
      <summary>
        Logged meanwhile: {logCount}
        {logCount > logs.length && `, the last ${logs.length} of them`}
      </summary>
      <ol>
        {logs.map(({ level, logger, data }, index) => (
          // They have no names, and are only ever added to.
          <li key={`${logCount - logs.length + index}`}>
            <span className={classes.quiet}>
              {level} {logger}
            </span>{' '}
            {typeof data === 'string' ? data : <JsonTree label="Logged" value={data} />}
          </li>
        ))}
      </ol>
    </details>
  )
