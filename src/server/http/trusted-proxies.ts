import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Config } from '../config/config.ts'

/** Whether this address, so many hops away from us, is believed in what it says in `X-Forwarded-*`. */
export type TrustedProxies = (address: string, hop: number) => boolean

/** A number of hops is taken at its word: whoever sets it makes sure that nobody but the proxy can reach us. */
export function trustedProxies(setting: Config['trustedProxies']): TrustedProxies {
  if (typeof setting === 'number') return (_address, hop) => hop < setting
  const networks = new BlockList()
  for (const network of setting) {
    const [address = '', bits] = network.split('/')
    const family = familyOf(address)
    networks.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return (address) => isIP(address) !== 0 && networks.check(address, familyOf(address))
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')

/** The address a request came from: the nearest that is not that of a trusted proxy, or else the farthest. */
export function clientAddress({ headers, socket }: IncomingMessage, isTrusted: TrustedProxies): string {
  const told = headers['x-forwarded-for']
  const farther = told === undefined ? [] : `${told}`.split(',').reverse()
  const hops = [socket.remoteAddress ?? '', ...farther.map((address) => address.trim())]
  return hops.find((address, hop) => !isTrusted(address, hop)) ?? hops.at(-1) ?? ''
}

/** The scheme a request came by. */
export function clientScheme({ headers, socket }: IncomingMessage, isTrusted: TrustedProxies): string {
  const told = headers['x-forwarded-proto']
  if (told === undefined || !isTrusted(socket.remoteAddress ?? '', 0)) return 'http'
  return `${told}`.split(',').at(-1)?.trim() ?? 'http'
}
