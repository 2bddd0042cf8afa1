import {
  argumentProblem,
  CONFIG_DEFAULTS,
  CONFIG_LIMITS,
  commandProblem,
  type FieldRule,
  headerNameProblem,
  headerValueProblem,
  isOwnHeader,
  urlProblem,
} from './config-rules.ts'
import type { EntryNotes } from './entry-notes.ts'
import { envNameProblem, isPollutingKey } from './env-reference.ts'
import { authFromHeaders } from './header-auth.ts'
import { inferProtocol } from './infer-protocol.ts'
import { isPlainObject } from './json-object.ts'
import { own } from './mcp-json-document.ts'
import { type InputSource, translateVariables } from './mcp-json-variables.ts'
import { urlSecret } from './public-url.ts'
import { Secret } from './secret.ts'
import type { Auth, Protocol, ServerConfig, Target } from './server.ts'

type Entry = { readonly [key: string]: unknown }
type Reading = { readonly entry: Entry; readonly inputs: InputSource; readonly notes: EntryNotes }

/** One entry of an mcp.json as a configuration; undefined when `notes` has errors or inputs without a value. */
export function readEntry(
  name: string,
  entry: unknown,
  inputs: InputSource,
  notes: EntryNotes,
): ServerConfig | undefined {
  if (!isPlainObject(entry)) return notes.error('', 'An entry is an object')
  const reading: Reading = { entry, inputs, notes }
  const protocol = protocolOf(reading)
  warnOfUnused(reading, protocol)
  const target = protocol === 'stdio' ? stdioTarget(reading) : protocol && httpTarget(reading, protocol)
  const auth: Auth = protocol === 'stdio' ? { type: 'none' } : authFromHeaders(readHeaders(reading))
  const description = own(entry, 'description')
  if (!target || notes.errors.length > 0 || notes.missingInputs.size > 0) return undefined
  return {
    name,
    description: typeof description === 'string' ? description.slice(0, CONFIG_LIMITS.description) : '',
    target,
    auth,
    ...CONFIG_DEFAULTS,
    breakerOverride: {},
  }
}

/** False for an entry that its product was told not to start. */
export const isEntryEnabled = (entry: unknown): boolean =>
  !isPlainObject(entry) || (own(entry, 'disabled') !== true && own(entry, 'enabled') !== false)

/** Spellings of `type` and `transport` by product. */
const PROTOCOL_NAMES: ReadonlyMap<string, Protocol> = new Map([
  ['http', 'http-streamable'],
  ['streamable-http', 'http-streamable'],
  ['streamable_http', 'http-streamable'],
  ['streamablehttp', 'http-streamable'],
  ['http-streamable', 'http-streamable'],
  ['sse', 'sse'],
  ['stdio', 'stdio'],
])

const URL_KEYS = ['url', 'serverUrl', 'httpUrl']
const STDIO_KEYS = ['command', 'args', 'env']
const HTTP_KEYS = [...URL_KEYS, 'headers']
const COMMON_KEYS = ['type', 'transport', 'description', 'disabled', 'enabled']

function protocolOf({ entry, notes }: Reading): Protocol | undefined {
  const key = ['type', 'transport'].find((name) => Object.hasOwn(entry, name))
  const hasUrl = URL_KEYS.some((name) => Object.hasOwn(entry, name))
  if (key !== undefined) {
    const protocol = PROTOCOL_NAMES.get(String(own(entry, key)).toLowerCase())
    return protocol ?? notes.error(key, 'Not a transport: http, sse or stdio')
  }
  if (hasUrl && Object.hasOwn(entry, 'command')) return notes.error('', 'Has both a command and a URL, and no type')
  if (hasUrl) return inferProtocol(String(own(entry, 'url') ?? own(entry, 'serverUrl') ?? own(entry, 'httpUrl')))
  return Object.hasOwn(entry, 'command') ? 'stdio' : notes.error('', 'Has neither a command nor a URL')
}

function warnOfUnused({ entry, notes }: Reading, protocol: Protocol | undefined): void {
  if (!isEntryEnabled(entry)) notes.warn('disabled', 'Is disabled in the file and stays so')
  const used = new Set([...COMMON_KEYS, ...(protocol === 'stdio' ? STDIO_KEYS : HTTP_KEYS)])
  const names = [...used, ...STDIO_KEYS, ...HTTP_KEYS]
  for (const key of Object.keys(entry)) {
    if (isPollutingKey(key)) notes.error(key, 'This key is not allowed')
    else if (!used.has(key)) {
      const meant = names.find((name) => name !== key && name.toLowerCase() === key.toLowerCase())
      notes.warn(key, meant ? `This key is not used; did you mean "${meant}"?` : 'This key is not used')
    }
  }
}

function httpTarget({ entry, inputs, notes }: Reading, protocol: 'http-streamable' | 'sse'): Target | undefined {
  const key = URL_KEYS.find((name) => Object.hasOwn(entry, name)) ?? 'url'
  const raw = own(entry, key)
  if (typeof raw !== 'string') return notes.error(key, 'Expected a URL')
  const url = translateVariables(raw.trim(), { path: key, shown: false }, inputs, notes)
  if (!judge(key, url, CONFIG_LIMITS.url, urlProblem, notes)) return undefined
  return { protocol, url: urlSecret(url) }
}

function stdioTarget(reading: Reading): Target | undefined {
  const { entry, inputs, notes } = reading
  const command = own(entry, 'command')
  if (typeof command !== 'string') return notes.error('command', 'Expected a command')
  const program = translateVariables(command, { path: 'command', shown: true }, inputs, notes)
  judge('command', program, CONFIG_LIMITS.command, commandProblem, notes)
  const env = readTexts(reading, 'env', CONFIG_LIMITS.env)
  for (const [name, value] of env) {
    const problem = envNameProblem(name)
    if (problem) notes.error(`env.${name}`, problem)
    judge(`env.${name}`, value, CONFIG_LIMITS.envValue, argumentProblem, notes)
  }
  return {
    protocol: 'stdio',
    command: program,
    args: readArgs(reading),
    env: Object.fromEntries([...env].map(([name, value]) => [name, new Secret(value)])),
  }
}

function readArgs({ entry, inputs, notes }: Reading): readonly string[] {
  const args = own(entry, 'args') ?? []
  if (!Array.isArray(args)) return notes.error('args', 'Expected a list of texts') ?? []
  if (args.length > CONFIG_LIMITS.args) return notes.error('args', `More than ${CONFIG_LIMITS.args} arguments`) ?? []
  return args.map((raw: unknown, index) => {
    const path = `args.${index}`
    const text = plainText(raw)
    if (text === undefined) return notes.error(path, 'Expected a text') ?? ''
    const arg = translateVariables(text, { path, shown: true }, inputs, notes)
    judge(path, arg, CONFIG_LIMITS.arg, argumentProblem, notes)
    if (looksSecret(arg, plainText(args[index - 1]) ?? '')) {
      notes.warn(path, 'Looks like a secret, and arguments are shown to everyone: better put it into env')
    }
    return arg
  })
}

function readHeaders(reading: Reading): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  const seen = new Set<string>()
  for (const [name, value] of readTexts(reading, 'headers', CONFIG_LIMITS.headers)) {
    const path = `headers.${name}`
    const problem = headerNameProblem(name)
    if (isOwnHeader(name)) reading.notes.warn(path, 'Omni2 sets this header itself')
    else if (problem) reading.notes.error(path, problem)
    else if (seen.has(name.toLowerCase())) reading.notes.error(path, 'This header is there twice')
    else if (judge(path, value, CONFIG_LIMITS.secret, headerValueProblem, reading.notes)) {
      headers.set(name, value)
    }
    seen.add(name.toLowerCase())
  }
  return headers
}

/** An object of texts at `key`, variables translated. Numbers and booleans are read as text, null as not there. */
function readTexts({ entry, inputs, notes }: Reading, key: string, limit: number): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const object = own(entry, key) ?? {}
  if (!isPlainObject(object)) return notes.error(key, 'Expected an object of texts') ?? texts
  const pairs = Object.entries(object)
  if (pairs.length > limit) return notes.error(key, `More than ${limit} entries`) ?? texts
  for (const [name, raw] of pairs) {
    const path = `${key}.${name}`
    const text = plainText(raw)
    if (isPollutingKey(name)) notes.error(path, 'This key is not allowed')
    else if (raw === null) notes.warn(path, 'Is null and left out')
    else if (text === undefined) notes.error(path, 'Expected a text')
    else texts.set(name, translateVariables(text, { path, shown: false }, inputs, notes))
  }
  return texts
}

const plainText = (raw: unknown): string | undefined =>
  typeof raw === 'string' ? raw : typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : undefined

function judge(path: string, value: string, limit: number, rule: FieldRule, notes: EntryNotes): boolean {
  const problem = value.length > limit ? `Longer than ${limit} characters` : rule(value)
  if (problem) notes.error(path, problem)
  return problem === undefined
}

const SECRET_FLAG = /key|token|secret|passw|credential|authorization/i

/** `--api-key=x`, `--token` before `x`, `Authorization: x`; not where a variable stands in for it. */
function looksSecret(arg: string, before: string): boolean {
  if (arg.includes('${env:')) return false
  const [, flag, value] = /^([\w-]+) *[=:] *(\S.*)$/.exec(arg) ?? []
  if (flag !== undefined && value !== undefined) return SECRET_FLAG.test(flag)
  return /^--?[a-z][\w-]*$/i.test(before) && SECRET_FLAG.test(before) && !arg.startsWith('-')
}
