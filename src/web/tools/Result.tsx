import { Loader, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { latency } from '../../api/time-text.ts'
import { useNow } from '../ui/use-now.ts'
import { Content } from './Content.tsx'
import { JsonTree } from './JsonTree.tsx'
import classes from './Result.module.css'
import { summaryOf } from './run-summary.ts'
import type { Run } from './use-run.ts'

/** What came of the last run: first in words, then all of it. */
export function Result({ run }: { run: Run | undefined }) {
  return (
    <section aria-label="Result" className={classes.result}>
      <h2 className={classes.title}>Result</h2>
      <div aria-live="polite">
        {run ? <Head run={run} /> : <p className={classes.quiet}>What the tool answers is shown here.</p>}
      </div>
      {run?.kind === 'answered' && <Answer run={run} />}
    </section>
  )
}

function Head({ run }: { run: Run }) {
  if (run.kind === 'running') return <Running at={run.at} />
  const { tone, outcome, detail } = summaryOf(run)
  return (
    <div className={classes.head} data-tone={tone}>
      <strong>{outcome}</strong>
      {run.kind === 'answered' && <span>in {latency(run.answer.duration_ms)}</span>}
      {detail && <p>{detail}</p>}
    </div>
  )
}

function Running({ at }: { at: number }) {
  const seconds = Math.max(0, Math.round((useNow() - at) / 1_000))
  return (
    <div className={classes.head} data-tone="info">
      <Loader size="xs" aria-hidden />
      <strong>Running</strong>
      <span aria-hidden>{seconds} s</span>
    </div>
  )
}

type Answered = Extract<Run, { readonly kind: 'answered' }>

function Answer({ run: { args, answer, roundTripMs } }: { run: Answered }) {
  const [view, setView] = useState('result')
  const { result, rpc_error } = answer
  const content: readonly unknown[] = Array.isArray(result?.content) ? result.content : []
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
      {view === 'raw' ? (
        <>
          <h3>Request</h3>
          <JsonTree label="Request" value={{ name: answer.tool, arguments: args }} />
          <h3>Response</h3>
          <JsonTree label="Response" value={result ?? { error: rpc_error }} />
          <p className={classes.quiet}>
            The server answered in {latency(answer.duration_ms)}; with the way to this browser {latency(roundTripMs)}.
          </p>
        </>
      ) : (
        <>
          {content.map((raw, index) => (
            // Contents have no names, and never change their order.
            <Content key={`${index + 1}`} raw={raw} />
          ))}
          {result?.structuredContent !== undefined && (
            <>
              <h3>Structured content</h3>
              <JsonTree label="Structured content" value={result.structuredContent} />
            </>
          )}
        </>
      )}
    </>
  )
}
