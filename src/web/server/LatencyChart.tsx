import { CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { latency, localTime } from '../../api/time-text.ts'
import type { LatencyPoint } from './latency-points.ts'
import classes from './OverviewTab.module.css'

/** Its own dashes for each, so that colour is not their only sign. */
const LINES = [
  { key: 'p50', stroke: 'var(--tone-good)', dash: '0' },
  { key: 'p95', stroke: 'var(--tone-info)', dash: '6 3' },
  { key: 'p99', stroke: 'var(--tone-warn)', dash: '2 3' },
] as const
const TICK = { fill: 'var(--mantine-color-dimmed)', fontSize: 12 } as const
const DAY_MS = 86_400_000
/** Fewer points are drawn as such: one alone makes no line. */
const FEW = 30

/** Response times of checks that were answered, over time. */
export function LatencyChart({ points, periodMs }: { points: readonly LatencyPoint[]; periodMs: number }) {
  const now = Date.now()
  const isSparse = points.filter(({ p50 }) => p50 !== null).length < FEW
  const tick = (at: number) => {
    const text = localTime(new Date(at).toISOString())
    return periodMs > DAY_MS ? text.slice(5, 10) : text.slice(11, 16)
  }
  return (
    <ResponsiveContainer width="100%" height={220}>
      <LineChart data={[...points]} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid stroke="var(--line)" vertical={false} />
        <XAxis
          dataKey="at"
          type="number"
          scale="time"
          domain={[now - periodMs, now]}
          tickFormatter={tick}
          tick={TICK}
          stroke="var(--line)"
          minTickGap={40}
        />
        <YAxis tickFormatter={latency} tick={TICK} stroke="var(--line)" width={64} domain={[0, 'auto']} />
        <Tooltip content={({ payload }) => <PointLabel point={payload[0]?.payload} />} isAnimationActive={false} />
        <Legend
          iconType="plainline"
          iconSize={24}
          formatter={(name) => <span className={classes.legend}>{name}</span>}
        />
        {LINES.map(({ key, stroke, dash }) => (
          <Line
            key={key}
            dataKey={key}
            stroke={stroke}
            strokeDasharray={dash}
            strokeWidth={1.5}
            dot={isSparse && { r: 2, strokeDasharray: '0' }}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  )
}

function PointLabel({ point }: { point: LatencyPoint | undefined }) {
  if (!point) return null
  const { at, p50, p95, p99, checks, failed } = point
  return (
    <div className={classes.label}>
      {localTime(new Date(at).toISOString())}: {checks} checks{failed > 0 && `, ${failed} failed`}
      <br />
      p50 {latency(p50)}, p95 {latency(p95)}, p99 {latency(p99)}
    </div>
  )
}
