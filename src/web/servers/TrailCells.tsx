import { percent } from '../../api/ratio-text.ts'
import type { ServerView } from '../../api/server-view.ts'
import { latency } from '../../api/time-text.ts'
import { CheckBar } from './CheckBar.tsx'
import { sparkline } from './check-beats.ts'
import classes from './MCPTable.module.css'
import { useTrail } from './trails.ts'

type Props = { readonly server: ServerView }

export function ChecksCell({ server: { id, name } }: Props) {
  const trail = useTrail(id)
  return trail && <CheckBar name={name} checks={trail.checks} />
}

export function UptimeCell({ server: { id } }: Props) {
  const uptime = useTrail(id)?.uptime
  return (
    <>
      <div title="Share of known time it was up in the last 24 hours">{percent(uptime?.['24h'] ?? null)}</div>
      <div className={classes.second} title="Share of known time it was up in the last 30 days">
        {percent(uptime?.['30d'] ?? null)}
      </div>
    </>
  )
}

const WIDTH_PX = 48
const HEIGHT_PX = 16

export function LatencyCell({ server: { id, response_time_ms } }: Props) {
  const points = sparkline(useTrail(id)?.checks ?? [], WIDTH_PX, HEIGHT_PX)
  return (
    <span className={classes.latency}>
      <svg width={WIDTH_PX} height={HEIGHT_PX} aria-hidden className={classes.sparkline}>
        <polyline points={points} />
      </svg>
      {latency(response_time_ms)}
    </span>
  )
}
