import { isPlainObject } from './json-object.ts'

/** What a tool says of itself; clients are told not to trust it. */
const HINTS = {
  readOnlyHint: 'read-only',
  destructiveHint: 'destructive',
  idempotentHint: 'idempotent',
  openWorldHint: 'open world',
} as const

type Annotations = { readonly annotations?: unknown }

/** What a tool says that it is, in a word each. */
export const hintsOf = ({ annotations }: Annotations): readonly string[] =>
  Object.entries(HINTS).flatMap(([hint, label]) => (said(annotations, hint) === true ? [label] : []))

/** Whether a tool may destroy something: all may that do not say they only read or only add (MCP 2025-03-26, ToolAnnotations). */
export const mayDestroy = ({ annotations }: Annotations): boolean =>
  said(annotations, 'readOnlyHint') !== true && said(annotations, 'destructiveHint') !== false

const said = (annotations: unknown, hint: string): unknown =>
  isPlainObject(annotations) ? annotations[hint] : undefined
