import { expect, test } from 'vitest'
import { anHttpConfig } from '../../test/support/fakes.ts'
import { Secret } from '../core/config/secret.ts'
import type { Target } from '../core/config/server.ts'
import { assertTarget, type TargetRules, targetProblem } from './target-rules.ts'

const rules: TargetRules = { addresses: { allowLoopback: false, allow: [], deny: [] }, stdioAllowed: false }
const command: Target = { protocol: 'stdio', command: 'npx', args: [], env: {} }

const configWith = (target: Target | string) =>
  anHttpConfig({
    target: typeof target === 'string' ? { protocol: 'http-streamable', url: new Secret(target) } : target,
  })

test('a command is only run where commands are allowed', () => {
  expect(targetProblem(configWith(command), rules)).toEqual({
    path: 'command',
    message: 'Commands may not be run here: bind Omni2 to 127.0.0.1 or set OMNI2_STDIO=allow',
  })
  expect(targetProblem(configWith(command), { ...rules, stdioAllowed: true })).toBeUndefined()
})

test.each(['https://mcp.example.com/mcp', 'http://10.0.0.1/', `https://\${env:HOST}/mcp`, `\${env:ORIGIN}/mcp`])(
  '%s may be registered; a name or a reference is judged when it is dialled',
  (url) => {
    expect(targetProblem(configWith(url), rules)).toBeUndefined()
  },
)

test.each([
  ['http://169.254.169.254/', 'The address is not allowed: link-local and metadata addresses are never allowed'],
  [
    `http://169.254.169.254/\${env:PATH}`,
    'The address is not allowed: link-local and metadata addresses are never allowed',
  ],
  ['ftp://example.com/', 'The address is not allowed: only http and https are spoken'],
  ['nonsense', 'The address is not allowed: it is not a URL'],
])('%s may not be registered, and the message says why', (url, message) => {
  expect(targetProblem(configWith(url), rules)).toEqual({ path: 'url', message })
})

test('a target that is not allowed is invalid input, and any other comes back as it is', () => {
  const good = configWith('https://mcp.example.com/')
  expect(assertTarget(good, rules)).toBe(good)
  expect(() => assertTarget(configWith('http://127.0.0.1/'), rules)).toThrow(
    expect.objectContaining({ code: 'invalid_input', fields: [expect.objectContaining({ path: 'url' })] }),
  )
})
