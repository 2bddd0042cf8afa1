import { envReferenceProblem, envReferences, isPollutingKey } from './env-reference.ts'
import { isMaskedUrl, parseUrl } from './public-url.ts'

/** How long and how many each part of a configuration may be; sizes in UTF-16 units. */
export const CONFIG_LIMITS = {
  name: 48,
  description: 2_000,
  url: 2_048,
  command: 4_096,
  args: 100,
  arg: 4_096,
  env: 100,
  envValue: 32_768,
  headers: 50,
  headerName: 128,
  secret: 8_192,
} as const

/** Of what a configuration leaves out. */
export const CONFIG_DEFAULTS = {
  timeoutMs: 10_000,
  callTimeoutMs: 60_000,
  checkIntervalMs: 60_000,
  recordPayloads: false,
  gatewayProcess: 'shared',
} as const

/** A rule for one field: what is wrong with the value, as a sentence without the value itself, or undefined. */
export type FieldRule = (value: string) => string | undefined

/** 1-48 letters, digits, `.`, `-` and single `_`, none of these at an edge, never `__`: the gateway joins names with it. */
export const isServerName = (name: string): boolean =>
  name.length <= CONFIG_LIMITS.name && /^[A-Za-z0-9]+(?:[.-]+[A-Za-z0-9]+|_[A-Za-z0-9]+)*$/.test(name)

export const nameProblem: FieldRule = (name) =>
  isServerName(name)
    ? undefined
    : `A name is 1 to ${CONFIG_LIMITS.name} letters, digits, ".", "-" and single "_", with none of these at an edge`

export const urlProblem: FieldRule = (text) => {
  if (hasControls(text) || /\s/.test(text)) return 'A URL holds no spaces'
  const url = parseUrl(text)?.url
  if (!url) return 'Not a URL such as https://host/mcp'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'A URL starts with http:// or https://'
  if (isMaskedUrl(text)) return 'Parts of this URL are masked with ***: write them out'
  return referenceProblem(text)
}

export const commandProblem: FieldRule = (command) =>
  command.trim() === '' ? 'A command is not empty' : argumentProblem(command)

export const argumentProblem: FieldRule = (text) =>
  text.includes('\0') ? 'A NUL character cannot be handed to a process' : referenceProblem(text)

export const headerNameProblem: FieldRule = (name) => {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name) || isPollutingKey(name)) return 'Not the name of an HTTP header'
  return isOwnHeader(name) ? `The header ${name} is set by Omni2 itself` : undefined
}

/** Also of tokens and API keys: what is sent in a header. */
export const headerValueProblem: FieldRule = (value) => {
  if (value === '') return 'A value is not empty'
  return isFieldValue(value)
    ? referenceProblem(value)
    : 'A header holds no line breaks and no characters outside Latin-1'
}

/** What Node agrees to send in a header: one byte per character, no line breaks. */
export const isFieldValue = (text: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(text)

/** Headers of the connection and of MCP, which a configured one would break. */
export const isOwnHeader = (name: string): boolean => OWN_HEADERS.test(name)

const OWN_HEADERS =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept|accept-encoding|mcp-.*|last-event-id)$/i

function referenceProblem(text: string): string | undefined {
  for (const { name } of envReferences(text)) {
    const problem = envReferenceProblem(name)
    if (problem) return problem
  }
  return undefined
}

const hasControls = (text: string): boolean => /[\x00-\x1f\x7f]/.test(text)
