import { z } from 'zod'

const Resource = z.object({
  uri: z.string(),
  mimeType: z.string().optional(),
  text: z.string().optional(),
  blob: z.string().optional(),
})

/** A part of what a tool answered (MCP, ContentBlock). What is of no known kind is shown as it came. */
export const ContentBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal('audio'), data: z.string(), mimeType: z.string() }),
  z.object({
    type: z.literal('resource_link'),
    uri: z.string(),
    name: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    mimeType: z.string().optional(),
  }),
  z.object({ type: z.literal('resource'), resource: Resource }),
])

/** What a browser plays or paints without running anything; an SVG in an image runs no script. */
const PAINTED = /^image\/(?:png|jpeg|gif|webp|avif|bmp|svg\+xml)$/
const PLAYED = /^audio\/(?:mpeg|mp3|mp4|aac|ogg|opus|wav|wave|x-wav|webm|flac)$/
/** Base64 characters: 6 MiB of media. */
const MAX_LENGTH = 8 * 1024 * 1024

export type Media =
  | { readonly kind: 'image' | 'audio'; readonly src: string; readonly bytes: number }
  | { readonly kind: 'file'; readonly why: string; readonly bytes: number }

/** What base64 data can be shown as; otherwise why it is not shown. */
export function mediaOf(data: string, mimeType: string): Media {
  const [type = ''] = mimeType.toLowerCase().split(';')
  const bytes = Math.floor((data.replace(/=+$/, '').length * 3) / 4)
  const kind = PAINTED.test(type) ? 'image' : PLAYED.test(type) ? 'audio' : undefined
  if (!kind) return { kind: 'file', why: 'not of a kind that is shown here', bytes }
  if (data.length > MAX_LENGTH) return { kind: 'file', why: 'too large to show here', bytes }
  if (!/^[A-Za-z0-9+/\s]*=*\s*$/.test(data)) return { kind: 'file', why: 'not readable: it is no base64', bytes }
  return { kind, src: `data:${type};base64,${data}`, bytes }
}

/** Of a text that is JSON with something in it: what it says. Other texts are texts. */
export function jsonIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

export function byteText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}
