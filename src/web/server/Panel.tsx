import type { ReactNode } from 'react'
import classes from './OverviewTab.module.css'

type Props = { readonly title: string; readonly wide?: boolean; readonly children: ReactNode }

/** One thing to know of a server. */
export const Panel = ({ title, wide = false, children }: Props) => (
  <section className={classes.panel} aria-label={title} data-wide={wide || undefined}>
    <h2 className={classes.title}>{title}</h2>
    {children}
  </section>
)
