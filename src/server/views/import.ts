import type { AskedInput, ImportEntry, ImportInput, ImportReport } from '../../api/import.ts'
import type { McpJsonEntry, McpJsonOptions, McpJsonReading } from '../../core/config/mcp-json.ts'
import type { McpJsonInput } from '../../core/config/mcp-json-document.ts'
import type { FieldError } from '../../core/errors.ts'
import type { ServerId } from '../../core/ids.ts'
import { parseMcpJsonText } from '../mcp-json-text.ts'
import { invalid } from './invalid.ts'

/** The document that an import brings, in whichever way. @throws AppError 'invalid_input' for text that is not JSON. */
export function importDocument({ config, text, mcpServers, servers, inputs }: ImportInput): unknown {
  if (text !== undefined) return parseMcpJsonText(text)
  if (config !== undefined) return config
  return { ...(mcpServers ? { mcpServers } : { servers }), ...(Array.isArray(inputs) ? { inputs } : {}) }
}

export function importOptions(
  { config, text, select, rename, inputs, input_values }: ImportInput,
  isTaken: (name: string) => boolean,
): McpJsonOptions {
  if (Array.isArray(inputs) && (config ?? text) !== undefined) {
    throw invalid('inputs', 'Expected an object of values; the list of inputs is part of the file')
  }
  const values = { ...(Array.isArray(inputs) ? {} : inputs), ...input_values }
  return {
    isTaken,
    ...(select ? { select: new Set(select) } : {}),
    ...(rename ? { rename: new Map(Object.entries(rename)) } : {}),
    inputs: new Map(Object.entries(values)),
  }
}

/** True when every selected entry can be registered; otherwise none is. */
export const isImportable = (reading: McpJsonReading): boolean =>
  reading.entries.every(({ selected, config }) => !selected || config !== undefined)

/** `created`: the new servers by their names; absent for a dry run and when nothing was registered. */
export function importReport(
  { format, entries, inputs, warnings }: McpJsonReading,
  dryRun: boolean,
  created: ReadonlyMap<string, ServerId> = new Map(),
): ImportReport {
  return {
    dry_run: dryRun,
    format,
    created: created.size,
    entries: entries.map((entry) => entryView(entry, created.get(entry.name))),
    warnings: warnings.map(finding),
    inputs: inputs.map(inputView),
  }
}

function entryView(entry: McpJsonEntry, serverId: ServerId | undefined): ImportEntry {
  const action = actionOf(entry)
  return {
    name: entry.source,
    proposed_name: entry.name,
    action,
    server_id: action === 'create' ? (serverId ?? null) : null,
    protocol: entry.config?.target.protocol ?? null,
    enabled: entry.enabled,
    warnings: entry.warnings.map(finding),
    errors: entry.errors.map(finding),
    inputs: [...entry.missingInputs],
    variables: [...entry.variables],
  }
}

function actionOf({ selected, errors, missingInputs }: McpJsonEntry): ImportEntry['action'] {
  if (!selected) return 'skip'
  if (errors.length > 0) return 'refuse'
  return missingInputs.length > 0 ? 'ask' : 'create'
}

const finding = ({ path, message }: FieldError) => ({ path, message })

const inputView = ({ id, description, secret, fallback, options }: McpJsonInput): AskedInput => ({
  id,
  description: description ?? null,
  secret,
  default: secret ? null : (fallback ?? null),
  options: [...options],
})
