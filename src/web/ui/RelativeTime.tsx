import { ago, localTime, since, until } from '../../api/time-text.ts'
import { useNow } from './use-now.ts'

const SAY = { ago, since, until } as const

/** A time as people say it now: `ago` "3s ago", `since` "3s", `until` "in 12s"; exact when pointed at, here and in UTC. */
export function RelativeTime({ time, as = 'ago' }: { time: string | null; as?: keyof typeof SAY }) {
  const text = SAY[as](time, useNow())
  if (time === null) return <span>{text}</span>
  return (
    <time dateTime={time} title={`${localTime(time)}, ${time.slice(0, 19).replace('T', ' ')} UTC`}>
      {text}
    </time>
  )
}
