import type { TablerIcon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './Plate.module.css'

type Props = {
  readonly Icon: TablerIcon
  readonly title: string
  /** `h1` where the page has no other. */
  readonly heading?: 'h1' | 'h2'
  /** What it means, and what to do. */
  readonly children?: ReactNode
  readonly action?: ReactNode
}

/** Stands where content would be when there is none: nothing yet, nothing found, or an error. */
export function Plate({ Icon, title, heading: Heading = 'h2', children, action }: Props) {
  return (
    <div className={classes.plate}>
      <Icon size={28} stroke={1.5} aria-hidden className={classes.icon} />
      <Heading className={classes.title}>{title}</Heading>
      {children && <div className={classes.detail}>{children}</div>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  )
}
