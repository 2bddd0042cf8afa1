import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { z } from 'zod'
import { Secret } from '../../core/config/secret.ts'
import { AppError } from '../../core/errors.ts'
import { isLoopback } from '../access/hosts.ts'
import { ConfigSchema, SETTINGS, type SettingName } from './settings.ts'
import { closestTo } from './suggestion.ts'

export type Config = Readonly<z.infer<typeof ConfigSchema>> & {
  /** Reachable from this machine only, so stdio servers and loopback targets may be allowed. */
  readonly boundToLoopback: boolean
  readonly stdioAllowed: boolean
  /** Whether a registered URL may lie on this machine. */
  readonly loopbackTargetsAllowed: boolean
  /** What a person should know but that does not stop the start. */
  readonly warnings: readonly string[]
}

export type Sources = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Settings by their name in code, as the command line gave them, and `config`, the path of the YAML file. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** From the disk unless told otherwise. @throws when there is no such file. */
  readonly readFile?: (path: string) => string
}

/** A value with the layer it came from, named as the person wrote it. */
type Layered = { readonly value: unknown; readonly source: string }

const NAMES = Object.keys(SETTINGS).filter((name): name is SettingName => name in SETTINGS)
/** Ours too, but read by the command line: which server to talk to, and where the file is. */
const OTHER_ENV = ['OMNI2_CONFIG', 'OMNI2_URL', 'OMNI2_TOKEN']

/** Defaults < YAML file < environment < flags. @throws AppError 'invalid_input' that names every wrong setting and where it came from. */
export function loadConfig({ env, flags, readFile = fromDisk }: Sources): Config {
  const path = flags.config ?? present(env.OMNI2_CONFIG)
  const layers = new Map<SettingName, Layered>([
    ...(path === undefined ? [] : fromYaml(path, readFile)),
    ...fromEnv(env),
    ...fromFlags(flags),
  ])
  const parsed = ConfigSchema.safeParse(Object.fromEntries([...layers].map(([name, layer]) => [name, layer.value])))
  if (!parsed.success) throw refusal(parsed.error, layers)

  const boundToLoopback = isLoopback(parsed.data.host)
  return Object.freeze({
    ...parsed.data,
    boundToLoopback,
    stdioAllowed: parsed.data.stdio === 'allow' || (parsed.data.stdio === 'auto' && boundToLoopback),
    loopbackTargetsAllowed: boundToLoopback,
    warnings: unknownVariables(env),
  })
}

/** The settings in force, fit to be shown: secrets print as `***`, absent ones as null. */
export function effectiveConfig(config: Config): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const value = config[name]
      return [SETTINGS[name].yaml, value instanceof Secret ? value.toString() : (value ?? null)]
    }),
  )
}

function fromYaml(path: string, readFile: typeof fromDisk): [SettingName, Layered][] {
  const content: unknown = readYaml(path, readFile)
  if (content === null || content === undefined) return []
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new AppError('invalid_input', `${path}: expected settings such as "port: 8000"`)
  }
  return Object.entries(content)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => {
      const name = NAMES.find((candidate) => SETTINGS[candidate].yaml === key)
      if (name) return [name, { value, source: `${key} in ${path}` }]
      const known = NAMES.map((candidate) => SETTINGS[candidate].yaml)
      throw new AppError('invalid_input', `${path}: unknown setting "${key}"${suggest(key, known)}`)
    })
}

function readYaml(path: string, readFile: typeof fromDisk): unknown {
  try {
    return parse(readFile(path))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new AppError('invalid_input', `${path}: cannot be read as YAML: ${why}`, { cause })
  }
}

const fromEnv = (env: Sources['env']): [SettingName, Layered][] =>
  NAMES.flatMap((name) => {
    const value = present(env[SETTINGS[name].env])
    return value === undefined ? [] : [[name, { value, source: SETTINGS[name].env }]]
  })

const fromFlags = (flags: Sources['flags']): [SettingName, Layered][] =>
  NAMES.flatMap((name) => {
    const value = flags[name]
    return value === undefined ? [] : [[name, { value, source: SETTINGS[name].flag }]]
  })

function refusal(error: z.ZodError, layers: ReadonlyMap<SettingName, Layered>): AppError {
  const wrong = NAMES.filter((name) => error.issues.some((issue) => issue.path[0] === name))
  const fields = wrong.map((name) => {
    const layer = layers.get(name)
    const got = 'secret' in SETTINGS[name] ? 'something else' : `'${String(layer?.value)}'`
    return { path: layer?.source ?? name, message: `expected ${SETTINGS[name].expected}, got ${got}` }
  })
  const text = fields.map((field) => `${field.path}: ${field.message}`).join('\n')
  return new AppError('invalid_input', text, { fields })
}

function unknownVariables(env: Sources['env']): string[] {
  const known = [...NAMES.map((name) => SETTINGS[name].env), ...OTHER_ENV]
  return Object.keys(env)
    .filter((key) => key.startsWith('OMNI2_') && !known.includes(key))
    .map((key) => `${key}: unknown setting, ignored${suggest(key, known)}`)
}

function suggest(word: string, known: readonly string[]): string {
  const closest = closestTo(word, known)
  return closest === undefined ? '' : `; did you mean ${closest}?`
}

const fromDisk = (path: string): string => readFileSync(path, 'utf8')

/** An empty variable is an absent one: compose files pass them so. */
const present = (value: string | undefined): string | undefined => (value === '' ? undefined : value)
