import type { TrafficView } from '../../api/calls.ts'
import { share } from '../../api/ratio-text.ts'
import { latency } from '../../api/time-text.ts'
import classes from './Calls.module.css'

/** What all calls that are looked for came to, in a few numbers. */
export function Tiles({ total }: { total: TrafficView }) {
  const tiles = {
    Calls: total.calls.toLocaleString('en'),
    'A minute': rateText(total.per_minute),
    Errors: total.error_ratio === null ? '-' : share(total.error_ratio),
    Refused: total.refused.toLocaleString('en'),
    p50: latency(total.p50_ms),
    p95: latency(total.p95_ms),
    p99: latency(total.p99_ms),
  }
  return (
    <dl className={classes.tiles} aria-label="All of them">
      {Object.entries(tiles).map(([name, value]) => (
        <div key={name} data-failing={(name === 'Errors' && total.errors > 0) || undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Calls a minute; of few the part of one is told. */
export const rateText = (perMinute: number): string => perMinute.toFixed(perMinute > 0 && perMinute < 1 ? 2 : 1)
