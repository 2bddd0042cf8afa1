import { Badge, Button, SegmentedControl, Tooltip } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import { asCommand, asCurl } from '../../api/call-commands.ts'
import type { CapabilityView } from '../../api/capabilities-view.ts'
import type { ServerView } from '../../api/server-view.ts'
import { useMay, useSession } from '../api/session.ts'
import { Loading } from '../ui/Loading.tsx'
import { ArgumentsForm } from './ArgumentsForm.tsx'
import { AskFirst } from './AskFirst.tsx'
import { Copy } from './Content.tsx'
import { flawsOf } from './check-value.ts'
import { type Arguments, draftFromForm, draftFromText, draftOf } from './draft.ts'
import { defaultArguments } from './form-defaults.ts'
import { formSchema } from './form-schema.ts'
import { History } from './History.tsx'
import { historyQuery } from './history-query.ts'
import { NOTHING_YET } from './meanwhile.ts'
import { Result } from './Result.tsx'
import { runBlock } from './run-block.ts'
import classes from './ToolTester.module.css'
import { type Tool, toolOf } from './tool.ts'
import { startRun, toolRunQuery } from './tool-run.tsx'

const JsonEditor = lazy(() => import('./JsonEditor.tsx').then(({ JsonEditor }) => ({ default: JsonEditor })))
const route = getRouteApi('/shell/mcps/$id/tools')

type Props = { readonly server: ServerView; readonly capability: CapabilityView }

/** One tool: what it says of itself, its arguments, and what it answers. */
export function ToolTester({ server, capability }: Props) {
  const { view } = route.useSearch()
  const navigate = route.useNavigate()
  const { tool, schema, initial } = useMemo(() => {
    const tool = toolOf(capability)
    const schema = formSchema(tool.input.schema)
    return { tool, schema, initial: tool.input.isHuge ? {} : defaultArguments(schema) }
  }, [capability])
  const queryClient = useQueryClient()
  const { run, meanwhile = NOTHING_YET } = useQuery(toolRunQuery(server.id, tool.name)).data ?? {}
  const history = useQuery(historyQuery(server.name, tool.name)).data ?? []
  const [draft, setDraft] = useState(() => draftOf(run?.args ?? initial))
  const [wasTried, setWasTried] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [mayAlways, setMayAlways] = useState(false)
  const mayRun = useMay('operator')
  const { role } = useSession()
  const flaws = draft.value ? (flawsOf(draft.value, tool.input.schema) ?? []) : []
  const block = runBlock({ mayRun, role, server, draft, flaws })
  const isJson = view === 'json' || tool.input.isHuge
  const go = (args: Arguments) => {
    setAsking(false)
    void startRun(queryClient, { server, tool, args })
  }
  const ask = () => {
    setWasTried(true)
    if (block !== undefined || run?.kind === 'running' || !draft.value) return
    if (tool.mayDestroy && !mayAlways) setAsking(true)
    else go(draft.value)
  }
  return (
    <article aria-label={tool.name} className={classes.tool}>
      <Head tool={tool} />
      <form
        className={classes.arguments}
        aria-label="Arguments"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          ask()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) ask()
        }}
      >
        <div className={classes.bar}>
          <h2 className={classes.title}>Arguments</h2>
          {!tool.input.isHuge && (
            <SegmentedControl
              size="xs"
              aria-label="Write them as"
              data={[
                { value: 'form', label: 'Form' },
                { value: 'json', label: 'JSON' },
              ]}
              value={isJson ? 'json' : 'form'}
              onChange={(chosen) =>
                navigate({
                  search: (search) => ({ ...search, view: chosen === 'json' ? 'json' : undefined }),
                  replace: true,
                })
              }
            />
          )}
        </div>
        {tool.input.isHuge && (
          <p className={classes.quiet}>The schema of this tool is too large for a form, so its arguments are JSON.</p>
        )}
        {isJson ? (
          <Suspense fallback={<Loading what="the editor" />}>
            <JsonEditor
              label="Arguments as JSON"
              text={draft.text}
              onChange={(text) => setDraft(draftFromText(text))}
            />
          </Suspense>
        ) : draft.value ? (
          <ArgumentsForm
            schema={schema}
            value={draft.value}
            flaws={flaws.filter(({ isMissing }) => wasTried || !isMissing)}
            onChange={(value) => setDraft(draftFromForm(value, schema))}
          />
        ) : (
          <p className={classes.wrong}>{draft.unreadable} Mend it under JSON.</p>
        )}
        <Unchecked what={tool.input.unchecked} />
        <div className={classes.foot}>
          <div className={classes.actions}>
            {run?.kind === 'running' ? (
              <Button variant="default" onClick={run.cancel}>
                Cancel
              </Button>
            ) : (
              <Tooltip label={block} disabled={block === undefined}>
                <Button
                  type="submit"
                  aria-disabled={block !== undefined}
                  data-disabled={block !== undefined || undefined}
                >
                  Run
                </Button>
              </Tooltip>
            )}
            {draft.value && (
              <>
                <Copy what="as curl" value={asCurl(location.origin, callOf(server, tool, draft.value))} />
                <Copy what="as command" value={asCommand(callOf(server, tool, draft.value))} />
              </>
            )}
          </div>
          {block !== undefined && (
            <p className={classes.block} role="status">
              {block}
            </p>
          )}
        </div>
      </form>
      <div className={classes.outcome}>
        <Result run={run} meanwhile={meanwhile} />
        <History runs={history} onPick={(args) => setDraft(draftOf(args))} />
      </div>
      {isAsking && draft.value && (
        <AskFirst
          server={server.name}
          tool={tool}
          args={draft.value}
          onClose={() => setAsking(false)}
          onRun={(always) => {
            setMayAlways(always)
            if (draft.value) go(draft.value)
          }}
        />
      )}
    </article>
  )
}

const callOf = ({ id, name }: ServerView, tool: Tool, args: Arguments) => ({
  serverId: id,
  serverName: name,
  tool: tool.name,
  args,
})

const Head = ({ tool: { name, title, description, hints, mayDestroy } }: { tool: Tool }) => (
  <header className={classes.head}>
    <h2 className={classes.name}>{name}</h2>
    {title && <span className={classes.quiet}>{title}</span>}
    {(hints.length > 0 || mayDestroy) && (
      <Tooltip label="What the server says of this tool. It is a hint, not a promise.">
        <span className={classes.hints}>
          {[...new Set([...hints, ...(mayDestroy ? ['may be destructive'] : [])])]
            .filter((hint) => hint !== 'destructive')
            .map((hint) => (
              <Badge key={hint} variant="default" size="sm" tt="none">
                {hint}
              </Badge>
            ))}
          <span className={classes.quiet}>says the server</span>
        </span>
      </Tooltip>
    )}
    {description && <p className={classes.about}>{description}</p>}
  </header>
)

const Unchecked = ({ what }: { what: readonly string[] }) =>
  what.length > 0 && (
    <details className={classes.quiet}>
      <summary>Some of it is left to the server to check</summary>
      <ul>
        {what.map((part) => (
          <li key={part}>{part}</li>
        ))}
      </ul>
    </details>
  )
