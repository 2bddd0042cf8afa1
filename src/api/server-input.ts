import { z } from 'zod'
import {
  argumentProblem,
  CONFIG_DEFAULTS,
  CONFIG_LIMITS,
  commandProblem,
  type FieldRule,
  headerNameProblem,
  headerValueProblem,
  nameProblem,
  urlProblem,
} from '../core/config/config-rules.ts'
import { envNameProblem } from '../core/config/env-reference.ts'
import { isMaskedUrl } from '../core/config/public-url.ts'
import { GATEWAY_PROCESSES } from '../core/config/server.ts'
import { ruledText } from './ruled-text.ts'
import { AUTH_TYPES } from './server-view.ts'

const map = <V extends z.ZodType>(keyRule: FieldRule, limit: number, value: V) =>
  z.record(z.string(), value).check((context) => {
    const keys = Object.keys(context.value)
    if (keys.length > limit) {
      context.issues.push({ code: 'custom', message: `At most ${limit} entries`, input: context.value })
      return
    }
    for (const key of keys) {
      const message = keyRule(key)
      if (message) context.issues.push({ code: 'custom', message, path: [key], input: key })
    }
  })

const Name = ruledText(CONFIG_LIMITS.name, nameProblem)
const Url = ruledText(CONFIG_LIMITS.url, urlProblem)
const Command = ruledText(CONFIG_LIMITS.command, commandProblem)
const EnvValue = ruledText(CONFIG_LIMITS.envValue, argumentProblem)
const HeaderName = ruledText(CONFIG_LIMITS.headerName, headerNameProblem)
const Credential = ruledText(CONFIG_LIMITS.secret, headerValueProblem)

const Protocol = z
  .enum(['http-streamable', 'http', 'sse', 'stdio'])
  .transform((protocol) => (protocol === 'http' ? 'http-streamable' : protocol))

/** Everything of a server that can be set; the same for creating, changing and discovering. */
const fields = {
  description: z.string().max(CONFIG_LIMITS.description),
  /** Left out: from `url` or `command`. `http` is read as `http-streamable`. */
  protocol: Protocol,
  url: Url,
  command: Command,
  args: z.array(ruledText(CONFIG_LIMITS.arg, argumentProblem)).max(CONFIG_LIMITS.args),
  /** Of one check. */
  timeout_seconds: z.int().min(1).max(300),
  /** Of one tool call. */
  call_timeout_seconds: z.int().min(1).max(3_600),
  check_interval_seconds: z.int().min(5).max(86_400),
  /** Whether arguments and results of agents' calls are kept: without secrets, the first 16 KiB of each. */
  record_payloads: z.boolean(),
  /** Of a stdio server: `per_session` gives each agent with a session a process of its own, at most 16. */
  gateway_process: z.enum(GATEWAY_PROCESSES),
  auth_type: z.enum(AUTH_TYPES),
}

/** What goes with `auth_type`: `token` for `bearer`, `header_name` and `api_key` for `api_key`, `headers` for `custom_headers`. */
const authFields = { token: Credential, header_name: HeaderName, api_key: Credential }
const AuthConfig = z
  .strictObject({ ...authFields, headers: map(headerNameProblem, CONFIG_LIMITS.headers, Credential) })
  .partial()

export const CreateServerInput = z.strictObject({
  name: Name,
  description: fields.description.default(''),
  protocol: fields.protocol.optional(),
  url: fields.url.optional(),
  command: fields.command.optional(),
  args: fields.args.optional(),
  env: map(envNameProblem, CONFIG_LIMITS.env, EnvValue).optional(),
  timeout_seconds: fields.timeout_seconds.default(CONFIG_DEFAULTS.timeoutMs / 1_000),
  call_timeout_seconds: fields.call_timeout_seconds.default(CONFIG_DEFAULTS.callTimeoutMs / 1_000),
  check_interval_seconds: fields.check_interval_seconds.default(CONFIG_DEFAULTS.checkIntervalMs / 1_000),
  enabled: z.boolean().default(true),
  record_payloads: fields.record_payloads.default(false),
  /** Left out: `shared`. */
  gateway_process: fields.gateway_process.optional(),
  auth_type: fields.auth_type.nullable().optional(),
  auth_config: AuthConfig.nullable().optional(),
})
export type CreateServerInput = z.infer<typeof CreateServerInput>

/**
 * A change. A field left out is kept; null gives the default back (`description`, `args`, `env`, the times) or removes
 * the credentials (`auth_type`). In `env` and `headers` a key left out is kept too, and null removes it. A `url` of
 * another origin needs the credentials again: stored ones go nowhere but where they went before.
 */
const changeable = z
  .strictObject({
    description: fields.description.nullable(),
    protocol: fields.protocol,
    url: ruledText(CONFIG_LIMITS.url, (url) => (isMaskedUrl(url) ? undefined : urlProblem(url))),
    command: fields.command,
    args: fields.args.nullable(),
    env: map(envNameProblem, CONFIG_LIMITS.env, EnvValue.nullable()).nullable(),
    timeout_seconds: fields.timeout_seconds.nullable(),
    call_timeout_seconds: fields.call_timeout_seconds.nullable(),
    check_interval_seconds: fields.check_interval_seconds.nullable(),
    record_payloads: fields.record_payloads,
    gateway_process: fields.gateway_process,
    auth_type: fields.auth_type.nullable(),
    auth_config: z
      .strictObject({
        ...authFields,
        headers: map(headerNameProblem, CONFIG_LIMITS.headers, Credential.nullable()),
      })
      .partial(),
  })
  .partial()

export const UpdateServerInput = changeable.extend({ name: Name.optional(), enabled: z.boolean().optional() })
export type UpdateServerInput = z.infer<typeof UpdateServerInput>

/** A config to try, or with `server_id` a registered server's, changed; its stored secrets go to its own origin only. */
export const DiscoverInput = changeable.extend({ name: Name.optional(), server_id: z.int().min(1).optional() })
export type DiscoverInput = z.infer<typeof DiscoverInput>
