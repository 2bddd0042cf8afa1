import { headerNameProblem, isFieldValue } from '../../core/config/config-rules.ts'
import { authHeaders } from '../../core/config/header-auth.ts'
import type { Auth } from '../../core/config/server.ts'
import { type Environment, resolveReferences } from '../references.ts'

/** What goes with every request to one server, resolved and ready for the wire. */
export type Credentials = {
  readonly headers: Readonly<Record<string, string>>
  /** Every secret value in them, so that no message ever repeats one. */
  readonly secrets: readonly string[]
}

/** A configured header that cannot be sent. Its message holds no value. */
export class UnusableHeader extends Error {
  override name = 'UnusableHeader'
}

/**
 * Makes the headers that `auth`, and userinfo in the URL, ask for.
 * @throws UnresolvedReference, UnusableHeader.
 */
export function credentialsOf(auth: Auth, url: URL, env: Environment): Credentials {
  const entries = new Map<string, string>()
  const secrets: string[] = []
  for (const { name, before, secret } of authHeaders(auth)) {
    const value = before + resolveReferences(secret.reveal(), env)
    if (headerNameProblem(name)) throw new UnusableHeader(`the header "${name}" may not be set`)
    if (!isFieldValue(value)) throw new UnusableHeader(`the value of the header "${name}" has characters HTTP forbids`)
    entries.set(name.toLowerCase(), value)
    secrets.push(value, value.replace(/^\S+\s+/, ''))
  }
  if ((url.username !== '' || url.password !== '') && !entries.has('authorization')) {
    const pair = `${decoded(url.username)}:${decoded(url.password)}`
    const encoded = Buffer.from(pair).toString('base64')
    entries.set('authorization', `Basic ${encoded}`)
    secrets.push(encoded, decoded(url.password), url.password)
  }
  for (const value of new URLSearchParams(url.search).values()) secrets.push(value)
  return { headers: Object.fromEntries(entries), secrets }
}

/** A stray "%" stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
