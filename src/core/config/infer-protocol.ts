import { parseUrl } from './public-url.ts'

/** What a URL without a protocol most likely speaks: by custom, only the older SSE transport lives at `/sse`. */
export const inferProtocol = (url: string): 'http-streamable' | 'sse' =>
  /\/sse\/?$/.test(parseUrl(url)?.url.pathname ?? '') ? 'sse' : 'http-streamable'
