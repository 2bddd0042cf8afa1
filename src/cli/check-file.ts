import type { EntryCheck } from '../server/check-mcp-json.ts'
import { type Context, say } from './context.ts'
import { EXIT } from './exit-code.ts'
import { mcpJsonText } from './input-text.ts'
import { checkText } from './text/check-text.ts'
import { findingText } from './text/finding.ts'
import { type Paint, paintFor } from './text/paint.ts'
import { jsonText, oneLine } from './text/printable.ts'
import { unreachable } from './unreachable.ts'
import { version } from './version.ts'

type Options = { readonly json?: true; readonly select?: readonly string[] }

/** Checks the entries of an mcp.json from here, without any Omni2 running. */
export async function checkFile(context: Context, file: string, { json, select }: Options): Promise<void> {
  const { env, out, signal } = context
  const text = await mcpJsonText(context, file)
  const paint = paintFor(out, env)
  const checks: EntryCheck[] = []
  const onResult = (check: EntryCheck) => {
    checks.push(check)
    if (!json) say(out, entryText(check, paint))
  }
  // Loaded when needed: it brings the whole MCP side along.
  const { checkMcpJson } = await import('../server/check-mcp-json.ts')
  await checkMcpJson(text, { env, select, version: version(), signal, onResult })
  const healthy = checks.filter((check) => check.kind === 'checked' && check.result.healthy).length
  const total = checks.filter(({ kind }) => kind !== 'disabled').length
  if (json) say(out, jsonText({ healthy, total, checks: checks.map(entryJson) }))
  else if (checks.length > 1) say(out, paint.quiet(`\n${healthy} of ${total} healthy`))
  if (healthy < total) context.endWith(EXIT.failed)
}

function entryText(check: EntryCheck, paint: Paint): string {
  switch (check.kind) {
    case 'checked':
      return checkText(check, paint)
    case 'disabled':
      return paint.quiet(`- disabled  ${oneLine(check.name)}  (in the file; not checked)`)
    case 'refused':
      return [
        `${paint.bad('✗ refused')}  ${paint.strong(oneLine(check.name))}`,
        ...check.problems.map((problem) => `  ${findingText(problem)}`),
      ].join('\n')
    default:
      return unreachable(check)
  }
}

/** Named as the REST answers name it. */
const entryJson = (check: EntryCheck) => ({
  name: check.name,
  health_status: check.kind === 'checked' ? check.status : check.kind === 'disabled' ? 'disabled' : 'unknown',
  health_result: check.kind === 'checked' ? check.result : null,
  errors: check.kind === 'refused' ? check.problems : [],
})
