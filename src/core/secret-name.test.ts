import { expect, test } from 'vitest'
import { isCountName, isSecretName } from './secret-name.ts'

test.each(['password', 'DB_PWD', 'passcode', 'passphrase', 'secretAccessKey', 'AWS_ACCESS_KEY_ID', 'AccountKey'])(
  '%s is for a secret',
  (name) => expect(isSecretName(name)).toBe(true),
)

test.each(['signing_key', 'encryption-key', 'sshKey', 'Set-Cookie', 'cookies', 'id_jwt', 'x-auth-key', 'session key'])(
  '%s is for a secret, too',
  (name) => expect(isSecretName(name)).toBe(true),
)

test.each([
  'key',
  'primary_key',
  'publicKey',
  'cache_key',
  'keyboard',
  'pass',
  'passed',
  'path',
  'author',
  'session_id',
])('%s is for none', (name) => expect(isSecretName(name)).toBe(false))

test.each(['tokens', 'max_tokens', 'maxTokens', 'tokenCount', 'token-limit', 'password_length', 'token_expires_in'])(
  'a number in %s counts',
  (name) => expect(isCountName(name)).toBe(true),
)

test.each(['token', 'password', 'account_password', 'accessToken', 'storageSecret', 'message_token'])(
  'a number in %s may be a secret',
  (name) => expect(isCountName(name)).toBe(false),
)
