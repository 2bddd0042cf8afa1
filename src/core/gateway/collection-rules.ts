import type { FieldRule } from '../config/config-rules.ts'

/** How long and how many each part of a collection may be; lengths in UTF-16 units. */
export const COLLECTION_LIMITS = {
  servers: 500,
  tools: 2_000,
  /** Of the name that a server gives a tool. */
  tool: 256,
  /** Of the name that a collection gives a tool: many clients stop there. */
  toolName: 64,
  toolDescription: 8_192,
} as const

/** A name given to a tool. Joined names alone have `__`. */
export const toolNameProblem: FieldRule = (name) =>
  /^[A-Za-z0-9_.-]+$/.test(name) && !name.includes('__')
    ? undefined
    : 'A name given to a tool is made of letters, digits, ".", "-" and single "_"'
