import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { clientAddress, clientScheme, trustedProxies } from './trusted-proxies.ts'

function from(remoteAddress: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
  return Object.assign(new IncomingMessage(socket), { headers })
}

test.each([
  ['no proxy', 0, '192.0.2.1', '192.0.2.1'],
  ['one hop', 1, '192.0.2.1', '198.51.100.7'],
  ['more hops than came', 9, '192.0.2.1', '203.0.113.66'],
  ['a network', ['192.0.2.0/24'], '192.0.2.1', '198.51.100.7'],
  ['an address', ['192.0.2.1'], '192.0.2.1', '198.51.100.7'],
  ['one of IPv4 that came by IPv6', ['192.0.2.0/24'], '::ffff:192.0.2.1', '198.51.100.7'],
  ['a network of IPv6', ['2001:db8::/32'], '2001:db8::1', '198.51.100.7'],
  ['another address', ['192.0.2.9'], '192.0.2.1', '192.0.2.1'],
  ['each of two', ['192.0.2.1', '198.51.100.0/24'], '192.0.2.1', '203.0.113.66'],
] as const)('where %s is trusted, the nearest that is not is the client', (_what, setting, remote, expected) => {
  const request = from(remote, { 'x-forwarded-for': '203.0.113.66, 198.51.100.7' })
  expect(clientAddress(request, trustedProxies(setting))).toBe(expected)
})

test('what is no address is nobody to trust', () => {
  const request = from('192.0.2.1', { 'x-forwarded-for': '203.0.113.66, unknown' })
  expect(clientAddress(request, trustedProxies(['0.0.0.0/0', '::/0']))).toBe('unknown')
  expect(clientAddress(from('192.0.2.1'), trustedProxies(1))).toBe('192.0.2.1')
})

test('the scheme is what the nearest proxy says, if it is trusted', () => {
  const headers = { 'x-forwarded-proto': 'http, https' }
  expect(clientScheme(from('192.0.2.1', headers), trustedProxies(1))).toBe('https')
  expect(clientScheme(from('192.0.2.1', headers), trustedProxies(0))).toBe('http')
  expect(clientScheme(from('192.0.2.1'), trustedProxies(1))).toBe('http')
})
