import type { HealthResultView } from '../../api/check-view.ts'
import { latency } from '../../api/time-text.ts'
import classes from './StageList.module.css'

/** The stages a check went through, with their times; the one that failed says so. */
export const StageList = ({ stages }: Pick<HealthResultView, 'stages'>) =>
  stages.length > 0 && (
    <ol className={classes.stages} aria-label="Stages">
      {stages.map(({ stage, ok, ms }) => (
        <li key={stage} data-failed={!ok || undefined}>
          {stage.replace('_', ' ')} {ok ? latency(ms) : `failed after ${latency(ms)}`}
        </li>
      ))}
    </ol>
  )
