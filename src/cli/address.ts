import { isLoopback } from '../server/access/hosts.ts'
import { CliError, EXIT } from './exit-code.ts'

export const DEFAULT_URL = 'http://127.0.0.1:8000'

/** Where Omni2 is, as it is written and compared: no trailing slash, nothing after the path. `localhost:8000` will do. */
export function omni2Url(text: string): string {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new CliError(EXIT.usage, `Not the address of an Omni2: ${text}`, { hints: [`Write it like ${DEFAULT_URL}`] })
  }
  if (url.username || url.password) throw new CliError(EXIT.usage, 'Leave user and password out of the address')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** True when a token sent there could be read on the way. */
export const isUnprotected = (url: string): boolean => url.startsWith('http://') && !isLocal(url)

/** On this machine. */
export const isLocal = (url: string): boolean => isLoopback(new URL(url).hostname)
