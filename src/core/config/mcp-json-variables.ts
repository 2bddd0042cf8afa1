import type { EntryNotes } from './entry-notes.ts'
import { envReferences } from './env-reference.ts'
import type { McpJsonInput } from './mcp-json-document.ts'

/** Where the values of `${input:id}` come from. */
export type InputSource = {
  readonly declared: ReadonlyMap<string, McpJsonInput>
  /** Given by whoever imports. */
  readonly values: ReadonlyMap<string, string>
}

/**
 * Text of an entry with the variables of every product in our own spelling: `${NAME}` and `${env:NAME}` become
 * `${env:NAME}`, `${input:id}` its value. Nothing is ever taken from the environment here. `shown` text is displayed to
 * everyone, so that secret inputs are refused in it.
 */
export function translateVariables(
  text: string,
  { path, shown }: { readonly path: string; readonly shown: boolean },
  inputs: InputSource,
  notes: EntryNotes,
): string {
  const translated = text.replace(/\$\{([^${}]*)\}/g, (whole, inside: string) => {
    const id = /^input:(.+)$/.exec(inside)?.[1]
    return id === undefined
      ? environmentVariable(inside, whole, path, notes)
      : inputValue(id, { path, shown }, inputs, notes)
  })
  for (const { name } of envReferences(translated)) notes.variables.add(name)
  if (/\$\{(?!env:)/.test(translated)) notes.warn(path, 'Holds "${" that is not understood and is kept as it is')
  return translated
}

function environmentVariable(inside: string, whole: string, path: string, notes: EntryNotes): string {
  const [, name, fallback] = /^(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/.exec(inside) ?? []
  if (inside === 'userHome') return '${env:HOME}'
  if (inside === '/' || inside === 'pathSeparator') return '/'
  if (EDITOR_VARIABLE.test(inside)) {
    notes.error(path, `"${whole.slice(0, 60)}" is known to an editor only: write the value instead`)
    return whole
  }
  if (name === undefined) return whole
  return fallback === undefined ? `\${env:${name}}` : `\${env:${name}:-${fallback}}`
}

/** Variables of VS Code and Cursor that mean something in an open window. */
const EDITOR_VARIABLE =
  /^(workspaceFolder|workspaceFolderBasename|workspaceFolder:.*|cwd|file\w*|relativeFile\w*|lineNumber|selectedText|execPath|defaultBuildTask|config:.*|command:.*)$/

function inputValue(
  id: string,
  { path, shown }: { readonly path: string; readonly shown: boolean },
  { declared, values }: InputSource,
  notes: EntryNotes,
): string {
  const input = declared.get(id)
  notes.inputs.add(id)
  if (shown && input?.secret) {
    notes.error(path, `The secret input "${id}" would be shown here: put it into env or headers`)
    return STAND_IN
  }
  const value = values.get(id) ?? input?.fallback
  if (value === undefined) {
    notes.missingInputs.add(id)
    return STAND_IN
  }
  if (input && input.options.length > 0 && !input.options.includes(value)) {
    notes.error(path, `The value for the input "${id}" is not one of its options`)
  }
  return value
}

/** For a value not known yet, so that the rest of the text can be judged; an entry with one is never registered. */
const STAND_IN = 'x'
