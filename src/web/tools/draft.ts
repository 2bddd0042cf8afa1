import { isPlainObject } from '../api/json-object.ts'
import { mayBeLeftOut } from './form-schema.ts'
import type { Schema } from './plain-schema.ts'

export type Arguments = { readonly [name: string]: unknown }

/** The arguments somebody is writing: one state, which the form and the JSON both show and change. */
export type Draft = {
  /** As it stands in the editor. */
  readonly text: string
  /** What the text says; absent while it cannot be read. */
  readonly value?: Arguments
  /** Why it cannot be read. */
  readonly unreadable?: string
}

export const draftOf = (value: Arguments): Draft => ({ text: JSON.stringify(value, undefined, 2), value })

export function draftFromText(text: string): Draft {
  if (text.trim() === '') return { text, value: {} }
  try {
    const value: unknown = JSON.parse(text)
    return isPlainObject(value) ? { text, value } : { text, unreadable: 'The arguments must be a JSON object: { ... }' }
  } catch (error) {
    if (error instanceof SyntaxError) return { text, unreadable: `This is not JSON yet: ${error.message}` }
    throw error
  }
}

/** What the form says: without what was emptied, and without optional objects in which nothing is left. */
export const draftFromForm = (value: unknown, schema: Schema): Draft => draftOf(filled(value, schema))

function filled(value: unknown, { properties, required }: Schema): Arguments {
  const fields = new Map(Object.entries(isPlainObject(properties) ? properties : {}))
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.fromEntries(
    Object.entries(isPlainObject(value) ? value : {}).flatMap(([name, part]): [string, unknown][] => {
      if (part === undefined) return []
      const field = fields.get(name)
      if (part === null && isPlainObject(field) && mayBeLeftOut(field)) return []
      if (!isPlainObject(part) || !isPlainObject(field)) return [[name, part]]
      const rest = filled(part, field)
      return Object.keys(rest).length === 0 && isPlainObject(field.properties) && !needed.includes(name)
        ? []
        : [[name, rest]]
    }),
  )
}
