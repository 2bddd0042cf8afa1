import { AppError, type FieldError } from '../errors.ts'
import { nameProblem } from './config-rules.ts'
import { EntryNotes } from './entry-notes.ts'
import { type McpJsonFormat, type McpJsonInput, readMcpJson } from './mcp-json-document.ts'
import { isEntryEnabled, readEntry } from './mcp-json-entry.ts'
import type { InputSource } from './mcp-json-variables.ts'
import { proposeName } from './propose-name.ts'
import type { ServerConfig } from './server.ts'

export type McpJsonOptions = {
  /** Whether a server of this name is registered. */
  readonly isTaken: (name: string) => boolean
  /** Names as in the file; absent: all. */
  readonly select?: ReadonlySet<string>
  /** From the name in the file to the wanted one. */
  readonly rename?: ReadonlyMap<string, string>
  /** Values for the inputs the file asks for, by id. */
  readonly inputs?: ReadonlyMap<string, string>
}

export type McpJsonEntry = {
  /** The name in the file. */
  readonly source: string
  /** The name it gets, or is proposed when its own is taken. */
  readonly name: string
  readonly selected: boolean
  readonly enabled: boolean
  /** Undefined while there are errors or missing inputs. */
  readonly config: ServerConfig | undefined
  readonly errors: readonly FieldError[]
  readonly warnings: readonly FieldError[]
  /** Ids of inputs without a value. */
  readonly missingInputs: readonly string[]
  readonly variables: readonly string[]
}

export type McpJsonReading = {
  readonly format: McpJsonFormat
  readonly entries: readonly McpJsonEntry[]
  /** Inputs that selected entries refer to. */
  readonly inputs: readonly McpJsonInput[]
  readonly warnings: readonly FieldError[]
}

/**
 * Reads an mcp.json into configurations, an entry at a time: a bad one leaves the others alone.
 * @throws AppError 'invalid_input' when the document holds no servers at all, or not those selected or renamed.
 */
export function parseMcpJson(document: unknown, options: McpJsonOptions): McpJsonReading {
  const { format, entries, inputs: declared, warnings } = readMcpJson(document)
  refuseUnknownNames(new Set(entries.map(([source]) => source)), options)
  const inputs: InputSource = { declared, values: options.inputs ?? new Map() }
  const names = chooseNames(
    entries.map(([source]) => source),
    options,
  )
  const used = new Set<string>()
  const read = entries.map(([source, raw]): McpJsonEntry => {
    const notes = new EntryNotes()
    const selected = options.select?.has(source) ?? true
    const name = names.get(source) ?? { name: source }
    if (name.error !== undefined) notes.error('name', name.error)
    if (name.warning !== undefined) notes.warn('name', name.warning)
    const config = readEntry(name.name, raw, inputs, notes)
    if (selected) for (const id of notes.inputs) used.add(id)
    return {
      source,
      name: name.name,
      selected,
      enabled: isEntryEnabled(raw),
      config,
      errors: notes.errors,
      warnings: notes.warnings,
      missingInputs: [...notes.missingInputs],
      variables: [...notes.variables],
    }
  })
  return {
    format,
    entries: read,
    inputs: [...used].map((id) => declared.get(id) ?? undeclared(id)),
    warnings,
  }
}

const undeclared = (id: string): McpJsonInput => ({
  id,
  description: undefined,
  secret: false,
  fallback: undefined,
  options: [],
})

type Name = { readonly name: string; readonly error?: string; readonly warning?: string }

/** Names of the selected entries. Those that fit go first, so that a proposal never takes one from an entry further down. */
function chooseNames(
  sources: readonly string[],
  { isTaken, select, rename }: McpJsonOptions,
): ReadonlyMap<string, Name> {
  const names = new Map<string, Name>()
  const given = new Set<string>()
  const isOccupied = (name: string) => isTaken(name) || given.has(name)
  const choose = (source: string, name: Name) => {
    names.set(source, name)
    given.add(name.name)
  }
  const wishes = sources
    .filter((source) => select?.has(source) ?? true)
    .map((source) => ({ source, wanted: rename?.get(source) ?? source }))
  for (const { source, wanted } of wishes) {
    if (!nameProblem(wanted) && !isOccupied(wanted)) choose(source, { name: wanted })
  }
  for (const { source, wanted } of wishes) {
    if (names.has(source)) continue
    const name = proposeName(wanted, isOccupied)
    const problem = nameProblem(wanted)
    if (!problem) choose(source, { name, error: `"${wanted}" is taken; "${name}" is free` })
    else if (rename?.has(source)) choose(source, { name, error: problem })
    else choose(source, { name, warning: `Its name does not fit and becomes "${name}"` })
  }
  return names
}

/** A name that was mistyped must not make an import do less than was asked for. */
function refuseUnknownNames(sources: ReadonlySet<string>, { select, rename }: McpJsonOptions): void {
  const unknown = (names: Iterable<string>, path: string) =>
    [...names].filter((name) => !sources.has(name)).map((name) => ({ path, message: `"${name}" is not in the file` }))
  const fields = [...unknown(select ?? [], 'select'), ...unknown(rename?.keys() ?? [], 'rename')]
  const [first] = fields
  if (first) throw new AppError('invalid_input', `${first.path}: ${first.message}`, { fields: fields.slice(0, 20) })
}
