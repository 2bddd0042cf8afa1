import { Button, CopyButton } from '@mantine/core'
import { IconPhoneOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { CALL_WORDS, calledText } from '../../api/call-words.ts'
import type { CallDetail } from '../../api/calls.ts'
import { ApiError } from '../../api/client.ts'
import { latency, localTime } from '../../api/time-text.ts'
import { useServer } from '../live/fleet-query.ts'
import { ErrorPlate } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { Plate } from '../ui/Plate.tsx'
import { usePageTitle } from '../ui/page-title.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import classes from './Calls.module.css'
import { callerText } from './CallTable.tsx'
import { callQuery } from './calls-query.ts'
import { OutcomeMark } from './OutcomeMark.tsx'
import { Said } from './Said.tsx'

const route = getRouteApi('/shell/calls/$id')

/** One call from end to end. */
export function CallPage() {
  const { id } = route.useParams()
  const { data: call, error, refetch } = useQuery(callQuery(id))
  usePageTitle(call ? calledText(call) : 'Call')
  const isMissing = error instanceof ApiError && error.problem.status === 404
  return (
    <article className={classes.story}>
      <p className={classes.back}>
        <Link to="/calls">All calls</Link>
      </p>
      {isMissing && (
        <Plate Icon={IconPhoneOff} heading="h1" title="There is no such call">
          Calls are kept for some days only.
        </Plate>
      )}
      {error && !isMissing && <ErrorPlate error={error} what="The call" heading="h1" onRetry={() => refetch()} />}
      {!call && !error && <Loading what="the call" />}
      {call && <Story call={call} />}
    </article>
  )
}

function Story({ call }: { call: CallDetail }) {
  const { story, breaker } = CALL_WORDS[call.outcome]
  const server = useServer(call.server_id)
  return (
    <>
      <header className={classes.head}>
        <h1 className={classes.called}>{calledText(call)}</h1>
        <OutcomeMark outcome={call.outcome} />
        <span className={classes.quiet}>
          <RelativeTime time={call.timestamp} />
        </span>
      </header>
      <p className={classes.what}>
        {story} {call.reason !== null && <strong>{call.reason.replace(/\.?$/, '.')}</strong>}
      </p>
      <dl className={classes.facts}>
        <Fact name="Server">
          {server ? (
            <Link to="/mcps/$id" params={{ id: call.server_id }}>
              {call.server_name}
            </Link>
          ) : (
            call.server_name
          )}
        </Fact>
        <Fact name="Asked for">{call.method}</Fact>
        <Fact name="By">{callerText(call)}</Fact>
        <Fact name="At">
          <code>{call.endpoint}</code>
        </Fact>
        <Fact name="When">{localTime(call.timestamp)}</Fact>
        <Fact name="Took">
          <Duration call={call} />
        </Fact>
        <Fact name="Size">
          {call.bytes_in.toLocaleString('en')} bytes asked, {call.bytes_out.toLocaleString('en')} bytes answered
        </Fact>
        <Fact name="Protocol">{protocols(call)}</Fact>
        {call.trace_id !== null && (
          <Fact name="Trace">
            <code>{call.trace_id}</code> <Copy text={call.trace_id} />
          </Fact>
        )}
        <Fact name="Circuit breaker">{breaker}</Fact>
      </dl>
      <Said title="Arguments" kept={call.arguments} server={server ?? undefined} />
      <Said title="Result" kept={call.result} server={server ?? undefined} />
    </>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

/** How the time was spent, as far as that is known. */
function Duration({ call: { duration_ms, waited_ms, outcome } }: { call: CallDetail }) {
  if (waited_ms === 0) return `${latency(duration_ms)}${outcome === 'refused' ? '' : ', all of it with the server'}`
  const waited = `${latency(waited_ms)} in line for one of its places`
  return outcome === 'refused'
    ? `${latency(duration_ms)}, ${waited}`
    : `${latency(duration_ms)}: ${waited}, ${latency(duration_ms - waited_ms)} at the server`
}

const protocols = ({ client_version, server_version }: CallDetail): string =>
  `MCP ${client_version} with the client, ${server_version === null ? 'none' : `MCP ${server_version}`} with the server`

const Copy = ({ text }: { text: string }) => (
  <CopyButton value={text}>
    {({ copied, copy }) => (
      <Button variant="subtle" size="compact-xs" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
    )}
  </CopyButton>
)
