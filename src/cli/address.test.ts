import { expect, test } from 'vitest'
import { isLocal, isUnprotected, omni2Url } from './address.ts'

test('an address is written one way', () => {
  expect(omni2Url('localhost:8000')).toBe('http://localhost:8000')
  expect(omni2Url('https://Omni2.Example.com/')).toBe('https://omni2.example.com')
  expect(omni2Url('https://host/behind/omni2/?x#y')).toBe('https://host/behind/omni2')
})

test.each(['', 'ftp://host', 'http://', 'http://u:p@host', 'a b'])('what is no address is refused: %j', (text) => {
  expect(() => omni2Url(text)).toThrow()
})

test('a token is unprotected over http unless it stays on this machine', () => {
  expect(isUnprotected('http://omni2.example.com')).toBe(true)
  expect(isUnprotected('http://127.0.0.1.example.com')).toBe(true)
  expect([isUnprotected('http://127.0.0.1:8000'), isUnprotected('http://[::1]:8000')]).toEqual([false, false])
  expect([isUnprotected('https://omni2.example.com'), isLocal('http://localhost:1')]).toEqual([false, true])
})
