import { Button, FileButton, PasswordInput, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type DragEvent, useState } from 'react'
import type { ImportReport } from '../../api/import.ts'
import { api } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { keepJob } from '../live/check-job.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import { notify } from '../ui/notify.ts'
import { usePageTitle } from '../ui/page-title.ts'
import { ImportEntries } from './ImportEntries.tsx'
import classes from './ServerForm.module.css'

/** Registers the servers of an mcp.json: read, looked at entry by entry, chosen, saved. */
export function ImportPage() {
  usePageTitle('Import servers')
  return useMay('admin') ? <Importing /> : <p className={classes.page}>Only an admin may import servers.</p>
}

function Importing() {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const look = useMutation({ mutationFn: (file: string) => api.importServers({ body: { text: file, dry_run: true } }) })
  const save = useMutation({
    mutationFn: (select: string[]) => api.importServers({ body: { text, select, inputs: values } }),
    onSuccess: async ({ created, entries }) => {
      if (created === 0) return
      notify('good', `${created} ${created === 1 ? 'server' : 'servers'} registered`, 'Their first checks run now.')
      const ids = entries.flatMap(({ action, enabled, server_id }) =>
        action === 'create' && enabled && server_id !== null ? [server_id] : [],
      )
      // Joins the first checks, and tells how far they are.
      const job = ids.length === 0 ? undefined : await api.checkServers({ body: { ids } }).catch(() => undefined)
      if (job) keepJob(queryClient, job)
      await navigate({ to: '/', search: { job: job?.job_id } })
    },
  })
  // What was found is of the text as it was then.
  const change = (file: string) => {
    setText(file)
    setLeft(new Set())
    look.reset()
    save.reset()
  }
  const read = (file: string) => {
    change(file)
    look.mutate(file)
  }
  const readDropped = (event: DragEvent) => {
    const [file] = event.dataTransfer.files
    if (!file) return
    event.preventDefault()
    void file.text().then(read)
  }
  const report = save.data ?? look.data
  const chosen = report ? chosenOf(report, left) : []
  const failed = save.error ?? look.error
  return (
    // Wherever it is dropped: the browser would leave the page for a file that misses the field.
    <section
      aria-label="Import"
      className={classes.drop}
      onDrop={readDropped}
      onDragOver={(event) => event.preventDefault()}
    >
      <h1 className={classes.title}>Import servers</h1>
      <div className={classes.fields}>
        <Textarea
          label="mcp.json"
          description="Of Claude Desktop, Cursor, VS Code or a project: paste it, drop the file here, or choose it"
          autosize
          minRows={6}
          maxRows={20}
          classNames={{ input: classes.code }}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
        />
      </div>
      <div className={classes.actions}>
        <Button loading={look.isPending} disabled={text.trim() === ''} onClick={() => read(text)}>
          Look at it
        </Button>
        <FileButton accept=".json,application/json" onChange={(file) => file && void file.text().then(read)}>
          {(props) => (
            <Button variant="default" {...props}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </div>
      {failed && (
        <p role="alert" className={classes.wrong}>
          {errorText(failed)}
        </p>
      )}
      {report && (
        <>
          <ImportEntries
            report={report}
            left={left}
            onLeave={(name, isLeft) => setLeft(isLeft ? new Set([...left, name]) : without(left, name))}
          />
          {report.inputs.map(({ id, description }) => (
            <PasswordInput
              key={id}
              label={id}
              description={description}
              autoComplete="off"
              value={values[id] ?? ''}
              onChange={(event) => setValues({ ...values, [id]: event.currentTarget.value })}
            />
          ))}
          <div className={classes.actions}>
            <Button loading={save.isPending} disabled={chosen.length === 0} onClick={() => save.mutate(chosen)}>
              Register {chosen.length} {chosen.length === 1 ? 'server' : 'servers'}
            </Button>
          </div>
        </>
      )}
    </section>
  )
}

/** What can be registered and was not left out. */
const chosenOf = ({ entries }: ImportReport, left: ReadonlySet<string>): string[] =>
  entries
    .filter(({ name, action }) => (action === 'create' || action === 'ask') && !left.has(name))
    .map(({ name }) => name)

const without = (names: ReadonlySet<string>, name: string): ReadonlySet<string> =>
  new Set([...names].filter((other) => other !== name))
