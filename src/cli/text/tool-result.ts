import { z } from 'zod'
import type { OutputSchemaView, ToolCallNews } from '../../api/tool-call.ts'
import type { AnyObject } from '../../api/wire.ts'
import { unreachable } from '../unreachable.ts'
import { bytes } from './bytes.ts'
import { jsonText, manyLines, oneLine } from './printable.ts'

const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal('audio'), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal('resource_link'), uri: z.string(), name: z.string().optional() }),
  z.object({
    type: z.literal('resource'),
    resource: z.object({ uri: z.string(), text: z.string().optional(), blob: z.string().optional() }),
  }),
])

const Result = z.object({
  content: z.array(z.unknown()).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
})

/** A tool's result as text: its texts as they are, everything else named. What is no result of a tool is shown as JSON. */
export function resultText(result: AnyObject): { readonly text: string; readonly isError: boolean } {
  const parsed = Result.safeParse(result)
  if (!parsed.success) return { text: jsonText(result), isError: false }
  const { content, structuredContent, isError } = parsed.data
  const texts = content.map(blockText)
  if (texts.length === 0 && structuredContent !== undefined) return { text: jsonText(structuredContent), isError }
  return { text: texts.length === 0 ? '(the tool answered nothing)' : texts.join('\n'), isError }
}

/** What a server says while a tool runs, on one line. */
export function newsText(news: ToolCallNews): string {
  if (news.type === 'log')
    return oneLine(`${news.level}: ${typeof news.data === 'string' ? news.data : jsonText(news.data)}`)
  const { progress, total, message } = news
  return oneLine(`${progress}${total === null ? '' : ` of ${total}`}${message === null ? '' : ` ${message}`}`)
}

/** Why a result is not what its tool declares. */
export const schemaText = ({ detail, errors }: OutputSchemaView): string =>
  [detail ?? '', ...errors.map(({ path, message }) => oneLine(`  ${path || '/'} ${message}`))].join('\n')

function blockText(raw: unknown): string {
  const parsed = Block.safeParse(raw)
  if (!parsed.success) return jsonText(raw)
  const block = parsed.data
  switch (block.type) {
    case 'text':
      return manyLines(block.text)
    case 'image':
    case 'audio':
      return `[${block.type} ${oneLine(block.mimeType)}, ${size(block.data)}]`
    case 'resource_link':
      return `[resource ${oneLine(block.name ?? '')} ${oneLine(block.uri)}]`
    case 'resource': {
      const { uri, text, blob } = block.resource
      return text === undefined ? `[resource ${oneLine(uri)}, ${size(blob ?? '')}]` : manyLines(text)
    }
    default:
      return unreachable(block)
  }
}

/** Size of what base64 text stands for. */
const size = (base64: string): string => bytes(Math.floor((base64.length * 3) / 4))
