import { Accordion } from '@mantine/core'
import { IconListDetails } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { KnownCapability } from '../../api/capabilities-view.ts'
import { capabilitiesQuery } from '../api/capabilities-query.ts'
import { useServer } from '../live/fleet-query.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './CapabilitiesTab.module.css'
import { Capability } from './Capability.tsx'
import { CapabilityChanges } from './CapabilityChanges.tsx'

const route = getRouteApi('/shell/mcps/$id')

/** What the server offers, as it was last seen to describe it. */
export function CapabilitiesTab() {
  const { id } = route.useParams()
  const server = useServer(id)
  const { data, error, refetch } = useQuery(
    capabilitiesQuery({ id, last_health_check: server?.last_health_check ?? null }),
  )
  if (error) return <ErrorPlate error={error} what="Capabilities" onRetry={() => refetch()} />
  if (!data) return <Loading what="capabilities" />
  if (data.seen_at === null) {
    return (
      <Plate Icon={IconListDetails} title="Never seen">
        What the server offers is listed with its first deep check that passes.
      </Plate>
    )
  }
  return (
    <div className={classes.page}>
      <p className={classes.quiet}>
        As seen <RelativeTime time={data.seen_at} />
      </p>
      {server && <CapabilityChanges server={server} />}
      <List title="Tools" items={data.tools} />
      <List title="Prompts" items={data.prompts} />
      <List title="Resources" items={data.resources} />
      {data.dropped.length > 0 && (
        <section aria-label="Left out">
          <h2 className={classes.title}>Left out</h2>
          <ul>
            {data.dropped.map(({ kind, name, reason }) => (
              <li key={`${kind} ${name}`}>
                {kind} <code>{name}</code>: {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function List({ title, items }: { title: string; items: readonly KnownCapability[] }) {
  return (
    <section aria-label={title}>
      <h2 className={classes.title}>
        {title} <span className={classes.quiet}>{items.length}</span>
      </h2>
      {items.length > 0 && (
        <Accordion multiple variant="contained" keepMounted={false} order={3}>
          {items.map((item) => (
            <Capability key={item.name} item={item} />
          ))}
        </Accordion>
      )}
    </section>
  )
}
