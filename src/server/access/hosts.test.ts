import { expect, test } from 'vitest'
import { isLoopback, isOurHost, isOurOrigin } from './hosts.ts'

const rules = {
  allowedHosts: ['omni.lan', 'Other.lan:9000', '[fd00::1]', '[fd00::2]:9000'],
  publicUrl: 'https://omni.example',
  host: '192.168.1.5',
}

test.each([
  'localhost:8000',
  '127.0.0.1:8000',
  '[::1]:8000',
  'LOCALHOST:8000',
  '192.168.1.5:8000',
  'omni.lan',
  'omni.lan:1234',
  'Omni.Lan:8000',
  'other.lan:9000',
  '[fd00::1]:1234',
  '[FD00::2]:9000',
  'omni.example',
])('%s is us', (host) => {
  expect(isOurHost(host, 8000, rules)).toBe(true)
})

test.each([
  undefined,
  '',
  'evil.example',
  'evil.example:8000',
  'localhost',
  'localhost:8001',
  'localhost.evil.example:8000',
  '127.0.0.1.evil.example:8000',
  'omni.lan.evil.example',
  'other.lan',
  'other.lan:9001',
  '[fd00::2]:9001',
  'evil.example/localhost:8000',
  'evil.example@localhost:8000',
  ' localhost:8000',
  'omni.example:444',
  '192.168.1.6:8000',
  'localhost:8000@evil.example',
  'localhost:8000, evil.example',
])('%s is not us', (host) => {
  expect(isOurHost(host, 8000, rules)).toBe(false)
})

test('the address we listen on is ours, as a Host header writes it', () => {
  expect(isOurHost('[fd00::5]:8000', 8000, { ...rules, host: 'FD00::5' })).toBe(true)
  expect(isOurHost('[fd00::6]:8000', 8000, { ...rules, host: 'FD00::5' })).toBe(false)
  expect(isOurHost('omni2.internal:8000', 8000, { ...rules, host: 'Omni2.internal' })).toBe(true)
})

test('without a public URL no name but ours fits', () => {
  const { publicUrl: _, ...local } = rules
  expect(isOurHost('localhost:8000', 8000, local)).toBe(true)
  expect(isOurHost('omni.example', 8000, local)).toBe(false)
})

test.each([
  ['0.0.0.0', '0.0.0.0:8000'],
  ['::', '[::]:8000'],
  ['[::]', '[::]:8000'],
])('listening on the wildcard %s makes no name of it', (host, header) => {
  expect(isOurHost(header, 8000, { ...rules, host })).toBe(false)
})

test('a default port may be left out', () => {
  expect(isOurHost('localhost', 80, rules)).toBe(true)
})

test.each([
  ['http://localhost:8000', true],
  ['https://omni.example', true],
  ['https://localhost:8000', false],
  ['http://localhost:3000', false],
  ['http://omni.example', false],
  ['https://omni.example.evil.com', false],
  ['null', false],
])('a request from %s to http://localhost:8000 is same-origin: %s', (origin, same) => {
  expect(isOurOrigin(origin, 'http://localhost:8000', 'https://omni.example')).toBe(same)
})

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['omni2.localhost', true],
  ['local[host]', false],
  ['[local]host', false],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.example.com', false],
])('listening on %s is loopback: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback)
})
