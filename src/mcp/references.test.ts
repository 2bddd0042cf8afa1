import { describe, expect, test } from 'vitest'
import { envReferences } from '../core/config/env-reference.ts'
import { hasReference, resolveReferences, UnresolvedReference } from './references.ts'

const env = { HOST: 'mcp.example.com', EMPTY: '', OMNI2_SECRET_KEY: 'k', PGPASSWORD: 'p' }

describe('a reference', () => {
  test.each([
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: what is tested
    ['https://${env:HOST}/mcp', 'https://mcp.example.com/mcp'],
    ['${env:HOST}${env:HOST}', 'mcp.example.commcp.example.com'],
    ['${env:NONE:-fallback}', 'fallback'],
    ['${env:NONE:-}', ''],
    ['${env:HOST:-fallback}', 'mcp.example.com'],
    ['${env:EMPTY:-fallback}', ''],
    ['$HOST ${HOST} ${env:} plain', '$HOST ${HOST} ${env:} plain'],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: what is tested
  ])('%s becomes %s', (text, expected) => {
    expect(resolveReferences(text, env)).toBe(expected)
  })

  test('to a variable that is not set is a failure that names it', () => {
    const failure = capture(() => resolveReferences(`\${env:API_HOST}`, env))
    expect(failure.variable).toBe('API_HOST')
    expect(failure.nextAction).toContain('Set API_HOST')
  })

  test.each(['OMNI2_SECRET_KEY', 'omni2_secret_key', 'DATABASE_URL', 'NODE_OPTIONS', 'LD_PRELOAD', 'PGPASSWORD'])(
    'to %s is refused, with or without a default',
    (name) => {
      expect(capture(() => resolveReferences(`\${env:${name}}`, env)).message).not.toContain('is not set')
      expect(() => resolveReferences(`\${env:${name}:-x}`, env)).toThrow(UnresolvedReference)
    },
  )

  test('is read as where it was judged when it was saved, and never within another', () => {
    for (const text of [
      `\${env:OMNI2_SECRET_KEY:-{}`,
      `\${env:HOST:-{x}`,
      `\${env:\${env:HOST}}`.replace('HOST', 'NAME'),
      `\${env:A B}`,
    ]) {
      expect(hasReference(text)).toBe(envReferences(text).length > 0)
    }
    expect(resolveReferences(`\${env:OMNI2_SECRET_KEY:-{}`, env)).not.toContain('k}')
    expect(resolveReferences(`\${env:VALUE}`, { VALUE: `\${env:OMNI2_SECRET_KEY}`, ...env })).toBe(
      `\${env:OMNI2_SECRET_KEY}`,
    )
  })

  test('that never ends costs no more than its length', () => {
    expect(hasReference(`\${env:A:-`.repeat(100_000))).toBe(false)
  })

  test('to what every object inherits is not set', () => {
    expect(() => resolveReferences(`\${env:constructor}`, env)).toThrow('not set')
  })
})

test('a text with a reference is told from one without', () => {
  expect(hasReference(`http://\${env:HOST}/`)).toBe(true)
  expect(hasReference(`http://\${env:HOST}/`)).toBe(true)
  expect(hasReference('http://host/')).toBe(false)
})

function capture(work: () => unknown): UnresolvedReference {
  try {
    work()
  } catch (error) {
    if (error instanceof UnresolvedReference) return error
  }
  throw new Error('nothing was refused')
}
