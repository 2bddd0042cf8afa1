import classes from './StatusMark.module.css'
import { STATUS_LOOK, type Status } from './status-look.ts'

/** A status as icon and word, in its colour. */
export function StatusMark({ status }: { status: Status }) {
  const { label, tone, Icon } = STATUS_LOOK[status]
  return (
    <span className={classes.mark} data-tone={tone} data-status={status}>
      <Icon size={16} stroke={1.75} aria-hidden />
      {label}
    </span>
  )
}
