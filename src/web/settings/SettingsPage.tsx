import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { BREAKER_DEFAULTS, BreakerConfigInput } from '../../api/breaker.ts'
import { SettingsInput, type SettingsView } from '../../api/settings.ts'
import { breakerConfigQuery } from '../api/breaker-config.ts'
import { api } from '../api/mcpApi.ts'
import { useMay } from '../api/session.ts'
import { announce } from '../ui/announce.ts'
import { BREAKER_FIELDS, type SettingField } from '../ui/breaker-fields.ts'
import { ErrorPlate, errorText } from '../ui/ErrorPlate.tsx'
import { Loading } from '../ui/Loading.tsx'
import { notify } from '../ui/notify.ts'
import { usePageTitle } from '../ui/page-title.ts'
import { SettingsForm } from './SettingsForm.tsx'
import classes from './SettingsPage.module.css'
import { GATEWAY_FIELDS, RETENTION_FIELDS } from './setting-fields.ts'
import { settingsQuery } from './settings-query.ts'
import { Tokens } from './Tokens.tsx'

/** What holds for all servers, and who may come in. */
export function SettingsPage() {
  usePageTitle('Settings')
  const isAdmin = useMay('admin')
  return (
    <div className={classes.page}>
      <h1 className={classes.title}>Settings</h1>
      <Section title="Circuit breaker" about="For every server that has no settings of its own.">
        <BreakerSettings />
      </Section>
      <Section title="Retention" about="Older history is removed in small steps, while Omni2 runs.">
        <CommonSettings what="Retention" fields={RETENTION_FIELDS} />
      </Section>
      <Section title="Gateway" about="What agents find at /mcp and in collections.">
        <CommonSettings what="Gateway" fields={GATEWAY_FIELDS} />
      </Section>
      <Section title="API tokens" about="For programs, agents and people. A secret is shown once, when it is made.">
        {isAdmin ? <Tokens /> : <p className={classes.about}>Only an admin sees and makes tokens.</p>}
      </Section>
    </div>
  )
}

function Section({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className={classes.about}>{about}</p>
      </div>
      <div>{children}</div>
    </section>
  )
}

function BreakerSettings() {
  const queryClient = useQueryClient()
  const { data, error, refetch } = useQuery(breakerConfigQuery)
  const save = useMutation({
    mutationFn: (body: BreakerConfigInput) => api.setBreakerConfig({ body }),
    onSuccess: (saved) => {
      queryClient.setQueryData(breakerConfigQuery.queryKey, saved)
      void queryClient.invalidateQueries({ queryKey: ['breaker'] })
      tellSaved('Circuit breaker')
    },
    onError: tellFailed,
  })
  if (error) return <ErrorPlate error={error} what="The circuit breaker" onRetry={() => refetch()} />
  if (!data) return <Loading what="the circuit breaker" />
  return (
    <SettingsForm
      // Anew when they are others: to read the same ones again takes nothing from who types.
      key={JSON.stringify(data)}
      fields={BREAKER_FIELDS}
      values={data}
      defaults={BREAKER_DEFAULTS}
      schema={BreakerConfigInput}
      isSaving={save.isPending}
      onSave={save.mutate}
    />
  )
}

type CommonProps = { readonly what: string; readonly fields: Partial<Record<keyof SettingsView, SettingField>> }

function CommonSettings({ what, fields }: CommonProps) {
  const queryClient = useQueryClient()
  const { data, error, refetch } = useQuery(settingsQuery)
  const save = useMutation({
    mutationFn: (body: SettingsInput) => api.updateSettings({ body }),
    onSuccess: (saved) => {
      queryClient.setQueryData(settingsQuery.queryKey, saved)
      tellSaved(what)
    },
    onError: tellFailed,
  })
  if (error) return <ErrorPlate error={error} what={what} onRetry={() => refetch()} />
  if (!data) return <Loading what={what.toLowerCase()} />
  const values = Object.fromEntries(Object.entries(data).filter(([name]) => name in fields))
  return (
    <SettingsForm
      // Anew only when its own values changed: the other form over these settings may be saved meanwhile.
      key={JSON.stringify(values)}
      fields={fields}
      values={values}
      defaults={{}}
      schema={SettingsInput}
      isSaving={save.isPending}
      onSave={save.mutate}
    />
  )
}

function tellSaved(what: string): void {
  notify('good', `${what} saved`, 'In force from now on.')
  announce(`${what} saved`)
}

const tellFailed = (error: Error): void => notify('bad', 'Not saved', errorText(error))
