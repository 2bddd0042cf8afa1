import { z } from 'zod'
import type { CapabilityView, ServerCapabilities } from '../../api/capabilities-view.ts'
import { ago } from '../../api/time-text.ts'
import type { View } from '../context.ts'
import { oneLine } from './printable.ts'
import { wrap } from './width.ts'

/** The parts of an upstream's definition that are shown; whatever does not fit is left out. */
const Definition = z.object({
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  inputSchema: z
    .object({
      properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
      required: z.array(z.string()).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})

/** The tools of a server with their arguments, then how many prompts and resources there are. */
export function toolList(server: string, capabilities: ServerCapabilities, view: View): string {
  const { tools, prompts, resources, dropped, seen_at } = capabilities
  if (seen_at === null) return `${oneLine(server)} was never listed. Check it with: omni2 check ${oneLine(server)}`
  const { paint } = view
  const counts = `${tools.length} tools, ${prompts.length} prompts, ${resources.length} resources`
  return [
    `${paint.strong(oneLine(server))}: ${counts}, seen ${ago(seen_at, view.now)}`,
    ...tools.flatMap((tool) => toolLines(tool, view)),
    ...dropped.map(({ kind, name, reason }) =>
      paint.warn(`left out ${kind} ${oneLine(name).slice(0, 80)}: ${oneLine(reason)}`),
    ),
  ].join('\n')
}

function toolLines({ name, definition }: CapabilityView, { paint, width }: View): readonly string[] {
  const { title, description, inputSchema } = Definition.parse(definition)
  const about = oneLine(description ?? title ?? '')
  return [
    '',
    [paint.strong(oneLine(name)), ...argumentNames(inputSchema)].join(' '),
    ...wrap(about, Math.max(16, width - 2))
      .filter((line) => line !== '')
      .slice(0, 3)
      .map((line) => `  ${paint.quiet(line)}`),
  ]
}

type InputSchema = z.infer<typeof Definition>['inputSchema']

/** `path=` for what must be given, `[limit=]` for what may. */
const argumentNames = (schema: InputSchema): readonly string[] =>
  Object.keys(schema?.properties ?? {}).map((name) =>
    schema?.required?.includes(name) ? `${oneLine(name)}=` : `[${oneLine(name)}=]`,
  )
