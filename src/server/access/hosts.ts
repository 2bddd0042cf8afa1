import { isIP } from 'node:net'

/** Whether listening on `host` can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (bare === 'localhost' || bare.endsWith('.localhost')) return true
  return isIP(bare) === 4 ? bare.startsWith('127.') : bare === '::1' || bare === '::ffff:127.0.0.1'
}

export type HostRules = {
  /** As `host` or `host:port`, from configuration; without a port any port fits. */
  readonly allowedHosts: readonly string[]
  readonly publicUrl?: string | undefined
  /** The address we listen on: a specific one may be named, a wildcard such as 0.0.0.0 never. */
  readonly host: string
}

/**
 * Whether a request's Host header names us. A page on another site that made its name point to our address (DNS
 * rebinding) still sends its own name here. `port`: where the request arrived.
 */
export function isOurHost(header: string | undefined, port: number, rules: HostRules): boolean {
  const named = splitHost(header)
  if (!named) return false
  const publicHost = rules.publicUrl === undefined ? undefined : new URL(rules.publicUrl).host
  const asked = header?.toLowerCase()
  if (asked === publicHost) return true
  if (rules.allowedHosts.some((allowed) => [asked, named.host].includes(allowed.toLowerCase()))) return true
  if (named.port !== port) return false
  return isLoopback(named.host) || (!isWildcard(rules.host) && named.host === bracketed(rules.host))
}

/** Whether a request's Origin is the page we served ourselves. `own`: scheme and Host header of the request. */
export function isOurOrigin(origin: string, own: string, publicUrl: string | undefined): boolean {
  return origin === own.toLowerCase() || origin === publicUrl
}

/** Name (IPv6 in brackets, lower case) and port of a Host header; port 80 when it has none. */
function splitHost(header: string | undefined): { host: string; port: number } | undefined {
  const match = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/.exec(header ?? '')
  const [, host, port] = match ?? []
  return host === undefined ? undefined : { host: host.toLowerCase(), port: port === undefined ? 80 : Number(port) }
}

export const isWildcard = (host: string): boolean => ['0.0.0.0', '::', '[::]', ''].includes(host)
const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host).toLowerCase()
