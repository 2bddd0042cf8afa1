import { Accordion, Badge } from '@mantine/core'
import type { KnownCapability } from '../../api/capabilities-view.ts'
import { hintsOf } from '../api/tool-hints.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './CapabilitiesTab.module.css'

/** One tool, prompt or resource: what it is in a line, and all that the server said of it when opened. */
export function Capability({ item: { name, definition, first_seen, last_changed } }: { item: KnownCapability }) {
  const { title, description } = definition
  return (
    <Accordion.Item value={name}>
      <Accordion.Control>
        <span className={classes.head}>
          <strong>{name}</strong>
          {typeof title === 'string' && title !== name && <span>{title}</span>}
          {hintsOf(definition).map((hint) => (
            <Badge key={hint} variant="default" size="sm" tt="none">
              {hint}
            </Badge>
          ))}
        </span>
        {typeof description === 'string' && <span className={classes.about}>{description}</span>}
      </Accordion.Control>
      <Accordion.Panel>
        <p className={classes.quiet}>
          First seen <RelativeTime time={first_seen} />
          {last_changed !== first_seen && (
            <>
              , last changed <RelativeTime time={last_changed} />
            </>
          )}
        </p>
        <pre className={classes.json}>{JSON.stringify(definition, undefined, 2)}</pre>
      </Accordion.Panel>
    </Accordion.Item>
  )
}
