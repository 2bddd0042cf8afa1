import type { Json } from '../core/capabilities.ts'
import type { ReasonCode, Stage } from '../core/check.ts'
import { endOfString } from '../core/json-text.ts'
import { type Limits, UpstreamFault } from './channel.ts'

/**
 * Values in one message. Bytes alone bound nothing: 4 MiB of `[],` are a million arrays, which cost seconds to read and
 * look through.
 */
const MOST_VALUES = 250_000

/**
 * Reads JSON an upstream sent, refusing what is too long, too much or nested too deep before the parser sees it. `where`
 * names the text to people ("the reply to tools/list"). Bytes still on their way must be counted by who reads them.
 * @throws UpstreamFault 'protocol' with `response_too_large` or `invalid_response`.
 */
export function parseBounded(text: string, limits: Limits, where: string, stage: Stage = 'handshake'): Json {
  // UTF-16 length is never more than the UTF-8 length, so only text near the limit is measured twice.
  if (text.length > limits.maxBytes || Buffer.byteLength(text) > limits.maxBytes) throw tooLarge(limits, where, stage)
  const excess = isSmall(text, limits.maxDepth) ? undefined : excessOf(text, limits.maxDepth)
  if (excess === 'depth') {
    throw fault('invalid_response', stage, `${where} nests deeper than ${limits.maxDepth} levels`, FIX_ANSWER)
  }
  if (excess === 'values') {
    throw fault('response_too_large', stage, `${where} holds more than ${MOST_VALUES} values`, FIX_ANSWER)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw fault('invalid_response', stage, `${where} is not JSON`, 'Check that this is an MCP server', { cause })
  }
}

/** For readers that stop in the middle of a text that grew beyond `limits.maxBytes`. */
export const tooLarge = (limits: Limits, where: string, stage: Stage = 'handshake'): UpstreamFault =>
  fault('response_too_large', stage, `${where} is larger than ${limits.maxBytes} bytes`, FIX_ANSWER)

const FIX_ANSWER = 'Make the server answer with less, or in pages'

const fault = (code: ReasonCode, stage: Stage, message: string, nextAction: string, more?: ErrorOptions) =>
  new UpstreamFault('protocol', { code, stage, message, nextAction }, more)

const QUOTE = 0x22
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const COMMA = 0x2c

/** Whether it cannot hold too much, however it is nested: found without looking at each character, as most messages are. */
function isSmall(text: string, maxDepth: number): boolean {
  return text.length <= MOST_VALUES && opensAtMost(text, maxDepth)
}

function opensAtMost(text: string, most: number): boolean {
  let left = most
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at + 1)) if (--left < 0) return false
  for (let at = text.indexOf('['); at !== -1; at = text.indexOf('[', at + 1)) if (--left < 0) return false
  return true
}

/**
 * What there is too much of in `text`: levels of arrays and objects, or values, each of which follows a comma or a
 * bracket. Linear, and no opinion on what is not JSON.
 */
function excessOf(text: string, maxDepth: number): 'depth' | 'values' | undefined {
  let depth = 0
  let values = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
    } else if (char === OPEN_ARRAY || char === OPEN_OBJECT) {
      depth++
      values++
      if (depth > maxDepth) return 'depth'
    } else if (char === CLOSE_ARRAY || char === CLOSE_OBJECT) {
      depth--
    } else if (char === COMMA) {
      values++
    }
    if (values > MOST_VALUES) return 'values'
  }
  return undefined
}
