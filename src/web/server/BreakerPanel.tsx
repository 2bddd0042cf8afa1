import { Button, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import type { BreakerView } from '../../api/breaker.ts'
import type { ServerView } from '../../api/server-view.ts'
import { resetBreaker } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { BREAKER_FIELDS } from '../ui/breaker-fields.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './OverviewTab.module.css'
import { Panel } from './Panel.tsx'

const BreakerOverride = lazy(async () => ({ default: (await import('./BreakerOverride.tsx')).BreakerOverride }))

const STATES = {
  closed: 'Closed: calls are let through',
  open: 'Open: calls are refused at once',
  half_open: 'Half open: a canary check tries the server',
} as const satisfies Record<ServerView['circuit']['state'], string>

type Props = { readonly server: ServerView; readonly breaker: BreakerView | undefined }

/** Where the circuit breaker of a server stands, and the way to close it now. */
export function BreakerPanel({ server: { id, name, health_status, circuit }, breaker }: Props) {
  const mayReset = useMay('operator')
  const mayOverride = useMay('admin')
  const [isOverriding, setIsOverriding] = useState(false)
  const reset = useMutation({
    mutationFn: () => resetBreaker(id),
    onSuccess: () => notify('info', `The circuit of ${name} is closed`, 'The server is checked now.'),
    onError: (error) => notify('bad', 'Not reset', errorText(error)),
  })
  const { state, failure_count, failure_cycles, opened_at, retry_at } = circuit
  const config = breaker?.config
  const isDisabled = health_status === 'disabled'
  return (
    <Panel title="Circuit breaker">
      <p data-circuit={state}>{config?.enabled === false ? 'Switched off: every call is tried' : STATES[state]}</p>
      <dl className={classes.facts}>
        <dt>Failures in a row</dt>
        <dd>
          {failure_count}
          {config && state === 'closed' && ` of ${config.failure_threshold} until it opens`}
        </dd>
        {state !== 'closed' && (
          <>
            <dt>Opened</dt>
            <dd>
              <RelativeTime time={opened_at} />
            </dd>
            <dt>Next canary</dt>
            <dd>
              {isDisabled ? (
                'none: the server is disabled'
              ) : retry_at === null ? (
                'now'
              ) : (
                <RelativeTime time={retry_at} as="until" />
              )}
            </dd>
            <dt>Failed canaries</dt>
            <dd>
              {failure_cycles}
              {config?.auto_disable_enabled && ` of ${config.max_failure_cycles} until automatic disable`}
            </dd>
          </>
        )}
        <dt>Settings</dt>
        <dd>{ownSettings(breaker?.override)}</dd>
      </dl>
      <Group gap="xs">
        {state !== 'closed' && !isDisabled && mayReset && (
          <Button variant="default" loading={reset.isPending} onClick={() => reset.mutate()}>
            Reset breaker
          </Button>
        )}
        {mayOverride && breaker && (
          <Button variant="default" onClick={() => setIsOverriding(true)}>
            Settings of its own
          </Button>
        )}
      </Group>
      {isOverriding && breaker && (
        <Suspense>
          <BreakerOverride breaker={breaker} onClose={() => setIsOverriding(false)} />
        </Suspense>
      )}
    </Panel>
  )
}

/** Such as "failures until it opens: 3". */
function ownSettings(override: BreakerView['override'] | undefined): string {
  const own = new Map(Object.entries(override ?? {}))
  const said = Object.entries(BREAKER_FIELDS).flatMap(([key, { label }]) => {
    const value = own.get(key)
    if (value === undefined) return []
    return [`${label.toLowerCase()}: ${typeof value === 'boolean' ? (value ? 'on' : 'off') : value}`]
  })
  return said.length === 0 ? 'those of all servers' : said.join(', ')
}
