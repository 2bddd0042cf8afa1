import { unreachable } from '../errors.ts'
import { Secret } from './secret.ts'
import type { Auth } from './server.ts'

/** Credentials as the headers they are sent in, in their simplest form. */
export function authFromHeaders(headers: ReadonlyMap<string, string>): Auth {
  const [first, ...more] = headers
  if (!first) return { type: 'none' }
  if (more.length > 0) {
    return {
      type: 'custom_headers',
      headers: Object.fromEntries([...headers].map(([name, value]) => [name, new Secret(value)])),
    }
  }
  const [headerName, value] = first
  const bearer = headerName.toLowerCase() === 'authorization' ? /^Bearer +(.+)$/i.exec(value)?.[1] : undefined
  return bearer === undefined
    ? { type: 'api_key', headerName, apiKey: new Secret(value) }
    : { type: 'bearer', token: new Secret(bearer) }
}

/** Every header of `auth` in which a secret stands, and what stands before the secret. */
export function authHeaders(
  auth: Auth,
): readonly { readonly name: string; readonly before: string; readonly secret: Secret }[] {
  switch (auth.type) {
    case 'none':
      return []
    case 'bearer':
      return [{ name: 'Authorization', before: 'Bearer ', secret: auth.token }]
    case 'api_key':
      return [{ name: auth.headerName, before: '', secret: auth.apiKey }]
    case 'custom_headers':
      return Object.entries(auth.headers).map(([name, secret]) => ({ name, before: '', secret }))
    default:
      return unreachable(auth)
  }
}
