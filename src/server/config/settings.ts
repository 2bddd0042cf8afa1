import { isIP } from 'node:net'
import { z } from 'zod'
import { Secret } from '../../core/config/secret.ts'

/** One setting as it is named in each layer, with what a person is told when its value does not fit. */
type Setting = {
  readonly env: string
  readonly yaml: string
  readonly flag: string
  readonly about: string
  readonly expected: string
  readonly secret?: true
}

const setting = (
  yaml: string,
  about: string,
  expected: string,
  more: { env?: string; secret?: true } = {},
): Setting => ({
  env: more.env ?? `OMNI2_${yaml.toUpperCase()}`,
  yaml,
  flag: `--${yaml.replaceAll('_', '-')}`,
  about,
  expected,
  ...(more.secret ? { secret: true } : {}),
})

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

const network = 'a list of addresses or CIDRs such as 10.0.0.0/8'

/** Every setting by its name in code; the command line and the documentation are made from this table. */
export const SETTINGS = {
  host: setting('host', 'Address to listen on', 'an address or host name'),
  port: setting('port', 'Port to listen on; 0 takes a free one', '0-65535'),
  dataDir: setting('data_dir', 'Folder of the database and the key', 'a path'),
  databaseUrl: setting('database_url', 'PostgreSQL; absent: SQLite in the data folder', 'a postgres:// URL', {
    env: 'DATABASE_URL',
    secret: true,
  }),
  adminToken: setting('admin_token', 'First admin token', '16-512 visible ASCII characters', { secret: true }),
  secretKey: setting('secret_key', 'Key that encrypts credentials at rest', 'at least 16 characters', { secret: true }),
  stdio: setting('stdio', 'Whether stdio servers may run', '"auto" (only while bound to loopback), "allow" or "deny"'),
  allowNetworks: setting('allow_networks', 'Networks that servers may lie in besides the usual ones', network),
  denyNetworks: setting('deny_networks', 'Networks that servers may never lie in', network),
  publicUrl: setting(
    'public_url',
    'Where people reach Omni2',
    'an http:// or https:// origin without path or userinfo',
  ),
  trustedProxies: setting(
    'trusted_proxies',
    'Proxies whose X-Forwarded-* counts',
    'a number of hops (0-10) or a list of addresses or CIDRs',
  ),
  allowedHosts: setting(
    'allowed_hosts',
    'Host names that requests may name',
    'a list of host names, with or without port',
  ),
  caFile: setting('ca_file', 'PEM file of more certificate authorities', 'a path'),
  logLevel: setting('log_level', 'How much is logged', LOG_LEVELS.join(', ')),
  redactFields: setting(
    'redact_fields',
    'Fields of calls that are hidden where arguments and results are kept, besides passwords, tokens and the like',
    'a list of names',
  ),
  retentionDays: setting('retention_days', 'How long history is kept', '1-3650 days'),
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS

/** Environment and YAML write numbers and lists as text or as themselves. */
const number = (min: number, max: number) =>
  z.preprocess((raw) => (typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : raw), z.int().min(min).max(max))

const list = (fits: (item: string) => boolean) =>
  z.preprocess(
    (raw) =>
      typeof raw === 'string'
        ? raw
            .split(',')
            .map((item) => item.trim())
            .filter(Boolean)
        : raw,
    z.array(z.string().refine(fits)).readonly(),
  )

const text = z.string().trim().min(1)
const secret = (schema: z.ZodType<string>) => schema.transform((value) => new Secret(value))

/** What each setting may be; absent settings take the default here. */
export const ConfigSchema = z.strictObject({
  host: text.regex(/^[A-Za-z0-9.:%_-]+$/).default('127.0.0.1'),
  port: number(0, 65_535).default(8000),
  dataDir: text.default('./data'),
  databaseUrl: secret(text.regex(/^postgres(?:ql)?:\/\//)).optional(),
  adminToken: secret(z.string().regex(/^[\x21-\x7e]{16,512}$/)).optional(),
  secretKey: secret(z.string().min(16)).optional(),
  stdio: z.enum(['auto', 'allow', 'deny']).default('auto'),
  allowNetworks: list(isNetwork).default([]),
  denyNetworks: list(isNetwork).default([]),
  publicUrl: text.transform(originOf).pipe(z.string()).optional(),
  trustedProxies: z.union([number(0, 10), list(isNetwork)]).default(0),
  allowedHosts: list((item) => /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/.test(item)).default([]),
  caFile: text.optional(),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  redactFields: list((item) => item.length <= 200).default([]),
  retentionDays: number(1, 3650).default(30),
})

function isNetwork(item: string): boolean {
  const [address = '', bits, more] = item.split('/')
  const family = isIP(address)
  if (family === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** The origin of an http(s) URL that is nothing more than one. */
function originOf(raw: string): string | undefined {
  const url = URL.parse(raw)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return bare ? url.origin : undefined
}
