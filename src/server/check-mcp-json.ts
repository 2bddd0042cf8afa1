import type { HealthResultView } from '../api/check-view.ts'
import { type CheckResult, isAlive } from '../core/check.ts'
import { type McpJsonEntry, parseMcpJson } from '../core/config/mcp-json.ts'
import type { ServerConfig } from '../core/config/server.ts'
import { AppError, type FieldError } from '../core/errors.ts'
import { checkConfigs } from './check-configs.ts'
import { loadConfig } from './config/config.ts'
import { parseMcpJsonText } from './mcp-json-text.ts'
import { systemClock } from './system-clock.ts'
import { discoverAnswer } from './views/check.ts'

/** What came out for one entry: it was checked, it cannot be, or the file itself disables it. */
export type EntryCheck = { readonly name: string } & (
  | { readonly kind: 'checked'; readonly status: CheckedStatus; readonly result: HealthResultView }
  | { readonly kind: 'refused'; readonly problems: readonly FieldError[] }
  | { readonly kind: 'disabled' }
)

/** What a server with this result would be. */
type CheckedStatus = 'healthy' | 'unhealthy' | 'disconnected' | 'unknown'

type Options = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly select: readonly string[] | undefined
  readonly version: string
  readonly signal: AbortSignal
  /** Told as each is done. */
  readonly onResult: (check: EntryCheck) => void
}

/**
 * Checks the servers of an mcp.json without a running Omni2; settings that matter to it (authorities, denied networks)
 * come from the environment. @throws AppError 'invalid_input' when the text holds no servers, or not the selected ones.
 */
export async function checkMcpJson(text: string, options: Options): Promise<void> {
  const { env, select, version, signal, onResult } = options
  const config = loadConfig({ env, flags: {} })
  const entries = selected(text, select)
  const ready: ServerConfig[] = []
  for (const entry of entries) {
    const name = entry.source
    const problems = problemsOf(entry)
    if (!entry.enabled) onResult({ kind: 'disabled', name })
    else if (!entry.config || problems.length > 0) onResult({ kind: 'refused', name, problems })
    else ready.push({ ...entry.config, name })
  }
  await checkConfigs(ready, {
    env,
    version,
    config,
    signal,
    onResult: (config, result) => onResult(checked(config.name, result)),
  })
}

function selected(text: string, select: readonly string[] | undefined): readonly McpJsonEntry[] {
  const wanted = select && new Set(select)
  const { entries } = parseMcpJson(parseMcpJsonText(text), {
    isTaken: () => false,
    ...(wanted ? { select: wanted } : {}),
  })
  const missing = select?.find((name) => !entries.some(({ source }) => source === name))
  if (missing !== undefined) throw new AppError('invalid_input', `"${missing}" is not in the file`)
  return entries.filter((entry) => entry.selected)
}

const problemsOf = ({ errors, missingInputs }: McpJsonEntry): readonly FieldError[] => [
  ...errors,
  ...missingInputs.map((id) => ({ path: 'inputs', message: `Asks for the input "${id}", which nobody can give here` })),
]

const checked = (name: string, result: CheckResult): EntryCheck => ({
  kind: 'checked',
  name,
  status: statusOf(result),
  result: discoverAnswer(result, systemClock.wall()).health_result,
})

/** The first check of a server decides alone. */
function statusOf({ outcome }: CheckResult): CheckedStatus {
  if (isAlive(outcome)) return 'healthy'
  if (outcome === 'connect') return 'disconnected'
  return outcome === 'protocol' || outcome === 'auth' ? 'unhealthy' : 'unknown'
}
