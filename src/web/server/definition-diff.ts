import { isPlainObject } from '../api/json-object.ts'

/** A part of a definition that is not what it was; null for what there is not. */
export type DefinitionChange = {
  /** Such as `inputSchema.properties.path.description`. */
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

/** The smallest parts in which two definitions differ. Lists are compared as wholes. */
export function definitionDiff(before: unknown, after: unknown, path = ''): readonly DefinitionChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (!isPlainObject(before) || !isPlainObject(after)) return [{ path, before: shown(before), after: shown(after) }]
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].flatMap((key) => definitionDiff(before[key], after[key], path === '' ? key : `${path}.${key}`))
}

const shown = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
