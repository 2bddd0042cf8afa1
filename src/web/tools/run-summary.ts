import { isPlainObject } from '../api/json-object.ts'
import { errorText } from '../ui/ErrorPlate.tsx'
import type { Ended } from './run.ts'

export type Summary = {
  readonly tone: 'good' | 'bad' | 'warn'
  /** In a word or two. */
  readonly outcome: string
  /** What it means, and what to do. */
  readonly detail?: string
}

/** What became of a run, in words that tell the tool's answer from an outage. */
export function summaryOf(run: Ended): Summary {
  if (run.kind === 'cancelled') {
    return { tone: 'warn', outcome: 'Cancelled', detail: 'The server was told. What it had done by then is done.' }
  }
  if (run.kind === 'refused') {
    return { tone: 'bad', outcome: 'Not run', detail: errorText(run.error) }
  }
  const { result, rpc_error, error, is_error } = run.answer
  if (error) return { tone: 'bad', outcome: 'No answer', detail: `${error.message} ${error.next_action}` }
  if (rpc_error) {
    return {
      tone: 'warn',
      outcome: 'Refused by the server',
      detail: `${rpc_error.message} (JSON-RPC error ${rpc_error.code}). The server is there and answered so.`,
    }
  }
  if (is_error) {
    return {
      tone: 'warn',
      outcome: 'Error of the tool',
      detail: 'The tool ran and answered that it failed. The server itself is fine.',
    }
  }
  return isEmpty(result)
    ? { tone: 'good', outcome: 'Empty result', detail: 'The tool ran and answered nothing.' }
    : { tone: 'good', outcome: 'Done' }
}

const isEmpty = (result: unknown): boolean => {
  if (!isPlainObject(result)) return true
  const { content, structuredContent } = result
  return structuredContent === undefined && (!Array.isArray(content) || content.length === 0)
}
