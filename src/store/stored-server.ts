import type { Selectable } from 'kysely'
import { z } from 'zod'
import { timestamp } from '../core/clock.ts'
import { Secret } from '../core/config/secret.ts'
import { type Auth, GATEWAY_PROCESSES, type Server, type Target } from '../core/config/server.ts'
import { unreachable } from '../core/errors.ts'
import { serverId } from '../core/ids.ts'
import type { Vault } from '../core/ports.ts'
import type { Tables } from './schema.ts'
import { readStored, wholeMs } from './stored.ts'

/** A secret with the text it is shown as. Exists in the clear only on its way into and out of the vault. */
const StoredSecret = z
  .object({ value: z.string(), shown: z.string() })
  .transform(({ value, shown }) => new Secret(value, shown))

const StoredTarget = z.discriminatedUnion('protocol', [
  z.object({ protocol: z.enum(['http-streamable', 'sse']), url: StoredSecret }),
  z.object({
    protocol: z.literal('stdio'),
    command: z.string(),
    args: z.array(z.string()),
    env: z.record(z.string(), StoredSecret),
  }),
]) satisfies z.ZodType<Target>

const StoredAuth = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('bearer'), token: StoredSecret }),
  z.object({ type: z.literal('api_key'), headerName: z.string(), apiKey: StoredSecret }),
  z.object({ type: z.literal('custom_headers'), headers: z.record(z.string(), StoredSecret) }),
]) satisfies z.ZodType<Auth>

const Sealed = z.object({ target: StoredTarget, auth: StoredAuth })

const StoredConfig = z.object({
  description: z.string(),
  timeoutMs: z.number(),
  callTimeoutMs: z.number(),
  checkIntervalMs: z.number(),
  breakerOverride: z
    .object({
      enabled: z.boolean(),
      failureThreshold: z.number(),
      openMs: z.number(),
      halfOpenMaxCalls: z.number(),
      maxFailureCycles: z.number(),
      autoDisableEnabled: z.boolean(),
    })
    .partial(),
  recordPayloads: z.boolean().default(false),
  gatewayProcess: z.enum(GATEWAY_PROCESSES).default('shared'),
})

export function serverRow({ id, revision, config, createdAt, updatedAt }: Server, vault: Vault): Tables['server'] {
  const { name, target, auth, ...plain } = config
  return {
    id,
    name,
    config: JSON.stringify(StoredConfig.parse(plain)),
    sealed: vault.seal(JSON.stringify({ target: clearTarget(target), auth: clearAuth(auth) })),
    revision,
    created_at: wholeMs(createdAt),
    updated_at: wholeMs(updatedAt),
  }
}

/** @throws AppError 'unavailable' when the vault's key is another one, or the row is not what we wrote. */
export function readServer(row: Selectable<Tables['server']>, vault: Vault): Server {
  const what = `server ${row.id}`
  return {
    id: serverId(row.id),
    revision: row.revision,
    config: {
      name: row.name,
      ...readStored(StoredConfig, row.config, what),
      ...readStored(Sealed, vault.open(row.sealed), what),
    },
    createdAt: timestamp(row.created_at),
    updatedAt: timestamp(row.updated_at),
  }
}

const clear = (secret: Secret): z.input<typeof StoredSecret> => ({ value: secret.reveal(), shown: secret.toString() })

const clearAll = (secrets: Readonly<Record<string, Secret>>) =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, clear(secret)]))

function clearTarget(target: Target): z.input<typeof StoredTarget> {
  if (target.protocol !== 'stdio') return { protocol: target.protocol, url: clear(target.url) }
  return { ...target, args: [...target.args], env: clearAll(target.env) }
}

function clearAuth(auth: Auth): z.input<typeof StoredAuth> {
  switch (auth.type) {
    case 'none':
      return auth
    case 'bearer':
      return { type: auth.type, token: clear(auth.token) }
    case 'api_key':
      return { type: auth.type, headerName: auth.headerName, apiKey: clear(auth.apiKey) }
    case 'custom_headers':
      return { type: auth.type, headers: clearAll(auth.headers) }
    default:
      return unreachable(auth)
  }
}
