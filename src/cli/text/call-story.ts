import { CALL_WORDS, calledText } from '../../api/call-words.ts'
import type { CallDetail } from '../../api/calls.ts'
import { latency, localTime } from '../../api/time-text.ts'
import type { View } from '../context.ts'
import { bytes } from './bytes.ts'
import { callOutcomeColour } from './call-table.ts'
import { manyLines, oneLine } from './printable.ts'

/** One call from end to end. */
export function callStory(call: CallDetail, { paint }: View): string {
  const { label, story, breaker } = CALL_WORDS[call.outcome]
  const waited = call.waited_ms > 0 ? `, of which ${latency(call.waited_ms)} in line for a place` : ''
  const facts = {
    Called: `${oneLine(calledText(call))} of ${oneLine(call.server_name)}`,
    At: localTime(call.timestamp),
    By: `${oneLine(call.token_name ?? `token ${call.token_id}`)}, at ${oneLine(call.endpoint)}`,
    Outcome: `${callOutcomeColour(call.outcome, paint)(label)}. ${story}`,
    Reason: oneLine(call.reason ?? ''),
    Breaker: breaker,
    Took: `${latency(call.duration_ms)}${waited}`,
    Size: `${bytes(call.bytes_in)} in, ${bytes(call.bytes_out)} out`,
    Protocol: `${oneLine(call.client_version)} with the client, ${oneLine(call.server_version ?? 'none')} with the server`,
    Trace: call.trace_id ?? '',
    Arguments: said(call.arguments),
    Result: said(call.result),
  }
  return Object.entries(facts)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${paint.quiet(name.padEnd(10))} ${text}`)
    .join('\n')
}

const said = (kept: CallDetail['arguments']): string =>
  kept === null ? '' : `${manyLines(kept.text)}${kept.truncated ? ` (cut after ${bytes(kept.kept_bytes)})` : ''}`
