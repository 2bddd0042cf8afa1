import type { CapabilityView } from '../../api/capabilities-view.ts'
import { hintsOf, mayDestroy } from '../api/tool-hints.ts'
import { type PlainSchema, plainSchema } from './plain-schema.ts'

/** A tool as its server describes it. All of it is the server's word: text to show, hints to doubt. */
export type Tool = {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly hints: readonly string[]
  readonly mayDestroy: boolean
  readonly input: PlainSchema
}

export function toolOf({ name, definition }: CapabilityView): Tool {
  const { title, description, inputSchema } = definition
  return {
    name,
    ...(typeof title === 'string' && title !== name && { title }),
    ...(typeof description === 'string' && { description }),
    hints: hintsOf(definition),
    mayDestroy: mayDestroy(definition),
    input: plainSchema(inputSchema),
  }
}
