import ipaddr from 'ipaddr.js'

/** Which addresses we may connect to, beyond what the rules below always say. */
export type AddressPolicy = {
  /** True while we ourselves are bound to loopback. */
  readonly allowLoopback: boolean
  readonly allow: readonly Cidr[]
  readonly deny: readonly Cidr[]
}

/** Who named the address: a person who may, or a server we talk to. */
export type Trust = 'admin' | 'upstream'

export type Cidr = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

export type Judgement = { readonly allowed: true } | { readonly allowed: false; readonly why: string }

/** @throws RangeError when `text` is not a CIDR or an address. */
export function parseCidr(text: string): Cidr {
  const trimmed = text.trim()
  try {
    if (trimmed.includes('/')) return ipaddr.parseCIDR(trimmed)
    const address = ipaddr.parse(trimmed)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch (cause) {
    throw new RangeError(`"${trimmed}" is not a network such as 10.0.0.0/8`, { cause })
  }
}

/**
 * Whether we may connect to `address`. An address that carries another one (IPv4-mapped, NAT64, 6to4, Teredo) is judged
 * as what it carries. A denied network wins over an allowed one, and neither opens link-local or metadata addresses.
 */
export function judgeAddress(address: string, policy: AddressPolicy, trust: Trust): Judgement {
  if (!ipaddr.isValid(address)) return refused(`${address} is not an IP address`)
  const outer = ipaddr.parse(address)
  const targets = carried(outer)
  if ([outer, ...targets].some((target) => inAny(target, policy.deny))) return refused('its network is denied')
  for (const target of targets) {
    const judgement = judgeTarget(target, policy, trust)
    if (!judgement.allowed) return judgement
  }
  return ALLOWED
}

/** Judges what can be judged of a URL before it is used: its scheme, and its host when that is an address. */
export function judgeUrl(url: string, policy: AddressPolicy, trust: Trust = 'admin'): Judgement {
  if (!URL.canParse(url)) return refused('it is not a URL')
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return refused('only http and https are spoken')
  const host = bareHost(hostname)
  return ipaddr.isValid(host) ? judgeAddress(host, policy, trust) : ALLOWED
}

/** A URL's host as sockets want it: IPv6 without brackets. */
export const bareHost = (hostname: string): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname)

const ALLOWED: Judgement = { allowed: true }
const refused = (why: string): Judgement => ({ allowed: false, why })

/** Metadata services outside the link-local ranges: AWS, Alibaba, Oracle, Azure's wire server, Google. */
const METADATA = ['fd00:ec2::254/128', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd20:ce::254'].map(parseCidr)

/** What ipaddr.js calls ranges that are somebody's own network. */
const PRIVATE_RANGES = new Set(['private', 'uniqueLocal', 'carrierGradeNat'])

function judgeTarget(target: ipaddr.IPv4 | ipaddr.IPv6, policy: AddressPolicy, trust: Trust): Judgement {
  const range = target.range()
  if (range === 'linkLocal' || inAny(target, METADATA)) {
    return refused('link-local and metadata addresses are never allowed')
  }
  if (range === 'unspecified' || range === 'multicast' || range === 'broadcast') return refused(`it is ${range}`)
  if (inAny(target, policy.allow)) return ALLOWED
  if (range === 'loopback') {
    return policy.allowLoopback && trust === 'admin'
      ? ALLOWED
      : refused('loopback is only allowed while Omni2 itself listens on loopback, or by OMNI2_ALLOW_NETWORKS')
  }
  if (PRIVATE_RANGES.has(range)) {
    return trust === 'admin' ? ALLOWED : refused('a server may not lead us into a private network')
  }
  return range === 'unicast' ? ALLOWED : refused(`it is ${range}`)
}

/** The addresses that a connection to `address` would reach; itself when it carries no other. */
function carried(address: ipaddr.IPv4 | ipaddr.IPv6): readonly (ipaddr.IPv4 | ipaddr.IPv6)[] {
  if (!(address instanceof ipaddr.IPv6)) return [address]
  const bytes = address.toByteArray()
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
      return [ipv4(bytes.slice(12))]
    case 'rfc6052':
      // 64:ff9b:1::/48 (RFC 8215) puts the inner address where only its network knows: judged, and refused, as it is.
      return isZero(bytes.slice(4, 12)) ? [ipv4(bytes.slice(12))] : [address]
    case '6to4':
      return [ipv4(bytes.slice(2, 6))]
    case 'teredo':
      // The server that relays, and the client, whose address is written inverted (RFC 4380).
      return [ipv4(bytes.slice(4, 8)), ipv4(bytes.slice(12).map((byte) => byte ^ 0xff))]
    default:
      // IPv4-compatible (::a.b.c.d): long deprecated, still understood by some stacks. `::` and `::1` are not it.
      return isZero(bytes.slice(0, 12)) && !isZero(bytes.slice(12, 14)) ? [ipv4(bytes.slice(12))] : [address]
  }
}

const ipv4 = (bytes: number[]): ipaddr.IPv4 => new ipaddr.IPv4(bytes)
const isZero = (bytes: readonly number[]): boolean => bytes.every((byte) => byte === 0)

const inAny = (address: ipaddr.IPv4 | ipaddr.IPv6, networks: readonly Cidr[]): boolean =>
  networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
