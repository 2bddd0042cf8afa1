import fc from 'fast-check'
import { expect, test } from 'vitest'
import { publicUri, splitUri } from './public-uri.ts'

test('a public URI keeps that of the server as it is, templates too', () => {
  expect(publicUri('files', 'file:///a%20b/{path}')).toBe('omni2://files/file:///a%20b/{path}')
  expect(splitUri('omni2://files/file:///a%20b/{path}')).toEqual({ server: 'files', uri: 'file:///a%20b/{path}' })
})

test('what names no server is no public URI', () => {
  for (const text of ['file:///a', 'omni2://', 'omni2://files', 'omni2:///a']) expect(splitUri(text)).toBeUndefined()
})

test('every URI leads back to its server and itself', () => {
  const server = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,40}$/)
  fc.assert(
    fc.property(server, fc.string(), (name, uri) => {
      expect(splitUri(publicUri(name, uri))).toEqual({ server: name, uri })
    }),
  )
})
