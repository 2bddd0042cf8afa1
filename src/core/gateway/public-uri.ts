const SCHEME = 'omni2://'

/**
 * What clients know a resource by where servers are put together. A prefix, so that it leads back exactly and works for
 * templates of URIs (RFC 6570) too.
 */
export const publicUri = (server: string, uri: string): string => `${SCHEME}${server}/${uri}`

/** The server and its own URI behind a public one; undefined when it names none. */
export function splitUri(text: string): { readonly server: string; readonly uri: string } | undefined {
  if (!text.startsWith(SCHEME)) return undefined
  const end = text.indexOf('/', SCHEME.length)
  return end <= SCHEME.length ? undefined : { server: text.slice(SCHEME.length, end), uri: text.slice(end + 1) }
}
