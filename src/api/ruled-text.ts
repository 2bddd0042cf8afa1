import { z } from 'zod'
import type { FieldRule } from '../core/config/config-rules.ts'

/** Text of at most `limit` that keeps the rule; what breaks it is told in the rule's words. */
export const ruledText = (limit: number, rule: FieldRule) =>
  z
    .string()
    .max(limit)
    .check((context) => {
      const message = context.value.length <= limit ? rule(context.value) : undefined
      if (message) context.issues.push({ code: 'custom', message, input: context.value })
    })
