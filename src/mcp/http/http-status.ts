import type { IncomingHttpHeaders } from 'node:http'
import type { Stage } from '../../core/check.ts'
import type { UpstreamFault } from '../channel.ts'
import { faultOf } from '../failures.ts'
import { printable } from '../printable.ts'

/** What a fault seen in an answer has to name. */
export type AnswerSite = {
  readonly where: string
  readonly stage: Stage
  /** Removes our own credentials from what the upstream says. */
  readonly redact: (text: string) => string
  readonly hasCredentials: boolean
}

/**
 * What the head of an answer says by itself: 401, 403, redirects, throttling and 5xx, and bodies we cannot read. For the
 * rest (2xx and other 4xx) the body decides: `undefined`.
 */
export function faultOfHead(status: number, headers: IncomingHttpHeaders, site: AnswerSite): UpstreamFault | undefined {
  const { stage, where } = site
  if (status === 401 || status === 403) return credentialsRefused(status, headers, site)
  if (status === 429 || (status === 503 && headers['retry-after'] !== undefined)) {
    const retryAfterMs = readRetryAfter(headers['retry-after'], Date.now())
    return faultOf('throttled', {
      stage,
      where,
      detail: `${status}`,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    })
  }
  if (status >= 500) return statusFault(status, site)
  if (status >= 300 && status < 400) return faultOf('redirect_refused', { stage, where, detail: `${status}` })
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return faultOf('invalid_response', { stage, where, detail: 'its answer is compressed, which nobody asked for' })
  }
  return undefined
}

/** An HTTP error that carries nothing we can use. */
export function statusFault(status: number, { stage, where }: AnswerSite): UpstreamFault {
  const wrongPlace = status === 404 || status === 405
  return faultOf('http_status', {
    stage,
    where,
    detail: `${status}`,
    httpStatus: status,
    ...(wrongPlace && {
      nextAction: 'Correct the path of the URL; if this server speaks the older HTTP+SSE, set its protocol to sse.',
    }),
  })
}

/** Milliseconds to wait by a Retry-After of seconds or of an HTTP date; undefined when it says neither. */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1_000
  const at = /^[A-Za-z]{3}/.test(value.trim()) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

function credentialsRefused(status: number, headers: IncomingHttpHeaders, site: AnswerSite): UpstreamFault {
  const challenge = printable(site.redact(headers['www-authenticate'] ?? ''))
  return faultOf('auth_required', {
    stage: 'auth',
    where: site.where,
    detail: challenge === '' ? `HTTP ${status}` : `HTTP ${status}, ${challenge}`,
    httpStatus: status,
    nextAction: site.hasCredentials
      ? "Renew this server's credentials, or give them the rights they lack."
      : 'Give this server credentials: a bearer token, an API key or headers.',
  })
}
