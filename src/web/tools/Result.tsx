import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { latency } from '../../api/time-text.ts'
import { Content, Copy } from './Content.tsx'
import { JsonTree } from './JsonTree.tsx'
import type { Meanwhile } from './meanwhile.ts'
import classes from './Result.module.css'
import { Logs, Running } from './Running.tsx'
import type { Run } from './run.ts'
import { summaryOf } from './run-summary.ts'
import { Verdict } from './Verdict.tsx'

type Props = { readonly run: Run | undefined; readonly meanwhile: Meanwhile }

/** What came of the last run: first in words, then all of it. */
export const Result = ({ run, meanwhile }: Props) => (
  <section aria-label="Result" className={classes.result}>
    <h2 className={classes.title}>Result</h2>
    <div aria-live="polite" className={classes.wide}>
      {run ? (
        <Head run={run} meanwhile={meanwhile} />
      ) : (
        <p className={classes.quiet}>What the tool answers is shown here.</p>
      )}
    </div>
    <Logs meanwhile={meanwhile} />
    {run?.kind === 'answered' && <Answer run={run} />}
  </section>
)

function Head({ run, meanwhile }: { run: Run; meanwhile: Meanwhile }) {
  if (run.kind === 'running') return <Running at={run.at} meanwhile={meanwhile} />
  const { tone, outcome, detail } = summaryOf(run)
  return (
    <div className={classes.head} data-tone={tone}>
      <strong>{outcome}</strong>
      {run.kind === 'answered' && <span>in {latency(run.answer.duration_ms)}</span>}
      {detail && <p>{detail}</p>}
    </div>
  )
}

type Answered = Extract<Run, { readonly kind: 'answered' }>

function Answer({ run }: { run: Answered }) {
  const [view, setView] = useState('result')
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Show"
        data={[
          { value: 'result', label: 'Result' },
          { value: 'raw', label: 'Raw' },
        ]}
        value={view}
        onChange={setView}
      />
      {view === 'raw' ? <Raw run={run} /> : <Shown answer={run.answer} />}
    </>
  )
}

function Shown({ answer: { result, output_schema } }: Pick<Answered, 'answer'>) {
  const content: readonly unknown[] = Array.isArray(result?.content) ? result.content : []
  const structured = result?.structuredContent
  return (
    <>
      {content.map((raw, index) => (
        // Contents have no names, and never change their order.
        <Content key={`${index + 1}`} raw={raw} />
      ))}
      {structured !== undefined && (
        <>
          <h3>Structured content</h3>
          <JsonTree label="Structured content" value={structured} />
        </>
      )}
      {output_schema && (structured !== undefined || output_schema.verdict === 'missing') && (
        <Verdict verdict={output_schema} />
      )}
    </>
  )
}

/** Both messages as they went over the wire, and where the time went. */
const Raw = ({ run: { answer, roundTripMs } }: { run: Answered }) => (
  <>
    {(['request', 'response'] as const).map((name) => (
      <div key={name} className={classes.wide}>
        <h3>{name === 'request' ? 'Request' : 'Response'}</h3>
        {answer.raw[name] ? (
          <>
            <JsonTree label={name} value={answer.raw[name]} />
            <Copy what={name} value={JSON.stringify(answer.raw[name], undefined, 2)} />
          </>
        ) : (
          <p className={classes.quiet}>{name === 'request' ? 'It was never sent.' : 'None came.'}</p>
        )}
      </div>
    ))}
    <h3>Time</h3>
    <dl className={classes.times}>
      {timesOf(answer, roundTripMs).map(([what, ms]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{ms === null ? '–' : latency(ms)}</dd>
        </div>
      ))}
    </dl>
  </>
)

const timesOf = (
  { timing: { waited_ms, prepared_ms, answered_ms } }: Answered['answer'],
  roundTripMs: number,
): readonly (readonly [string, number | null])[] => [
  ['Waited for other calls', waited_ms],
  ['Connected', prepared_ms],
  ['Answered by the server', answered_ms],
  ['As this browser saw it', roundTripMs],
]
