import { percent } from '../../api/ratio-text.ts'
import type { ServerView } from '../../api/server-view.ts'
import { latency } from '../../api/time-text.ts'
import { CheckBar } from './CheckBar.tsx'
import { sparkline } from './check-beats.ts'
import classes from './MCPTable.module.css'
import type { Trail } from './trails.ts'

export type CellProps = {
  readonly server: ServerView
  /** Undefined until it has come. */
  readonly trail: Trail | undefined
}

export const ChecksCell = ({ server: { name }, trail }: CellProps) =>
  trail && <CheckBar name={name} checks={trail.checks} />

export const UptimeCell = ({ trail }: CellProps) => (
  <>
    <div title="Share of known time it was up in the last 24 hours">{percent(trail?.uptime?.['24h'] ?? null)}</div>
    <div className={classes.second} title="Share of known time it was up in the last 30 days">
      {percent(trail?.uptime?.['30d'] ?? null)}
    </div>
  </>
)

const WIDTH_PX = 48
const HEIGHT_PX = 16

export function LatencyCell({ server: { response_time_ms }, trail }: CellProps) {
  const points = sparkline(trail?.checks ?? [], WIDTH_PX, HEIGHT_PX)
  return (
    <span className={classes.latency}>
      <svg width={WIDTH_PX} height={HEIGHT_PX} aria-hidden className={classes.sparkline}>
        <polyline points={points} />
      </svg>
      {latency(response_time_ms)}
    </span>
  )
}
