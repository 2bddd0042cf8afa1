import { MultiSelect, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { CALL_WORDS } from '../../api/call-words.ts'
import { CALL_OUTCOMES } from '../../api/calls.ts'
import classes from './Calls.module.css'
import { callerText } from './CallTable.tsx'
import { callSummaryQuery } from './calls-query.ts'
import { type CallsFilter, PERIODS, type Period } from './calls-search.ts'

type Props = { readonly filter: CallsFilter; readonly onFilter: (change: CallsFilter) => void }

type Choice = { readonly value: string; readonly label: string }

const MOST_OFFERED = 30
const OUTCOMES: readonly Choice[] = CALL_OUTCOMES.map((value) => ({ value, label: CALL_WORDS[value].label }))

/** What to leave out, of what there was in the time one looks at. */
export function CallsFilters({ filter, onFilter }: Props) {
  const { period = '1h' } = filter
  const seen = useQuery(callSummaryQuery({ period: filter.period })).data
  const servers = seen?.servers.map(({ server_id, server_name }) => ({ value: `${server_id}`, label: server_name }))
  const callers = seen?.callers.map((caller) => ({ value: `${caller.token_id}`, label: callerText(caller) }))
  const tools = new Set(seen?.targets.flatMap(({ target }) => target ?? []))
  return (
    <div className={classes.filters}>
      <SegmentedControl
        aria-label="How far back"
        data={Object.keys(PERIODS)}
        value={period}
        onChange={(chosen) => onFilter({ period: chosen === '1h' ? undefined : (chosen as Period) })} // one of its data
      />
      <Filter
        label="Server"
        chosen={filter.server}
        choices={servers}
        onChange={(of) => onFilter({ server: ids(of) })}
      />
      <Filter label="Tool" chosen={filter.tool} choices={same(tools)} onChange={(tool) => onFilter({ tool })} />
      <Filter
        label="Outcome"
        chosen={filter.outcome}
        choices={OUTCOMES}
        onChange={(of) => onFilter({ outcome: CALL_OUTCOMES.filter((outcome) => of?.includes(outcome)) })}
      />
      <Filter label="Caller" chosen={filter.who} choices={callers} onChange={(of) => onFilter({ who: ids(of) })} />
      <Filter
        label="Endpoint"
        chosen={filter.endpoint}
        choices={same(seen?.endpoints.map(({ endpoint }) => endpoint) ?? [])}
        onChange={(endpoint) => onFilter({ endpoint })}
      />
    </div>
  )
}

type FilterProps = {
  readonly label: string
  readonly chosen: readonly (string | number)[] | undefined
  readonly choices: readonly Choice[] | undefined
  readonly onChange: (chosen: string[] | undefined) => void
}

function Filter({ label, chosen = [], choices = [], onChange }: FilterProps) {
  const value = chosen.map(String)
  // What was chosen stays to be seen, also when there is nothing of it any more.
  const missing = value.filter((one) => !choices.some((choice) => choice.value === one))
  return (
    <MultiSelect
      aria-label={label}
      placeholder={value.length > 0 ? '' : `Any ${label.toLowerCase()}`}
      data={[...choices, ...same(missing)]}
      value={value}
      limit={MOST_OFFERED}
      searchable
      clearable
      onChange={(values) => onChange(values.length > 0 ? values : undefined)}
    />
  )
}

const same = (values: Iterable<string>): readonly Choice[] => [...values].map((value) => ({ value, label: value }))
const ids = (values: readonly string[] | undefined): number[] | undefined => values?.map(Number)
