import type { ReasonCode, Stage } from '../core/check.ts'
import { type FaultDetails, type FaultOutcome, UpstreamFault } from './channel.ts'

type Text = {
  readonly outcome: FaultOutcome
  /** `where` is the host and port, or the command; `detail` what exactly was seen. */
  readonly message: (where: string, detail: string) => string
  readonly nextAction: string
}

/** What each failure of an upstream means to a person, and what they can do. */
const TEXTS = {
  dns_failed: {
    outcome: 'connect',
    message: (where, detail) => `The host name of ${where} could not be resolved (${detail})`,
    nextAction: 'Correct the host name in the URL, or check the DNS of this machine.',
  },
  connect_refused: {
    outcome: 'connect',
    message: (where, detail) => (detail ? `${where} is unreachable (${detail})` : `Connection refused by ${where}`),
    nextAction: 'Start the server, or correct its URL.',
  },
  connect_timeout: {
    outcome: 'connect',
    message: (where, detail) => `No connection to ${where} within ${detail}`,
    nextAction: 'Check that the host is up and that no firewall drops the connection.',
  },
  connection_reset: {
    outcome: 'connect',
    message: (where, detail) => `${where} closed the connection ${detail}`,
    nextAction: "Look into the server's own log for a crash, or for a proxy in between that gives up.",
  },
  tls_failed: {
    outcome: 'connect',
    message: (where, detail) => `No trusted TLS connection to ${where} (${detail})`,
    nextAction: 'Renew or correct the certificate; for an authority of your own set OMNI2_CA_FILE.',
  },
  address_not_allowed: {
    outcome: 'connect',
    message: (where, detail) => `${where} may not be connected to: ${detail}`,
    nextAction: 'Correct the URL, or open the network with OMNI2_ALLOW_NETWORKS.',
  },
  timeout: {
    outcome: 'protocol',
    message: (where, detail) => `${where} gave no answer ${detail}`,
    nextAction: 'Check what the server is busy with, or raise the timeout.',
  },
  http_status: {
    outcome: 'protocol',
    message: (where, detail) => `${where} answered with HTTP ${detail}`,
    nextAction: "Look into the server's own log.",
  },
  invalid_response: {
    outcome: 'protocol',
    message: (where, detail) => `${where} did not answer as an MCP server: ${detail}`,
    nextAction: 'Check that the URL is that of an MCP endpoint and that the protocol is right.',
  },
  response_too_large: {
    outcome: 'protocol',
    message: (where, detail) => `The answer of ${where} is too large: ${detail}`,
    nextAction: 'Make the server answer with less, or in pages.',
  },
  redirect_refused: {
    outcome: 'protocol',
    message: (where, detail) => `${where} redirects (HTTP ${detail}), and redirects are not followed`,
    nextAction: 'Enter the final URL.',
  },
  protocol_mismatch: {
    outcome: 'protocol',
    message: (where, detail) => `${where} speaks no protocol revision that Omni2 speaks: ${detail}`,
    nextAction: 'Update the server, or Omni2.',
  },
  auth_required: {
    outcome: 'auth',
    message: (where, detail) => `${where} refuses the credentials: ${detail}`,
    nextAction: "Set or renew the server's credentials.",
  },
  throttled: {
    outcome: 'throttled',
    message: (where, detail) => `${where} asks for fewer requests (HTTP ${detail})`,
    nextAction: 'Wait, or check this server less often.',
  },
  spawn_failed: {
    outcome: 'connect',
    message: (where, detail) => `${where} could not be started: ${detail}`,
    nextAction: 'Correct the command, its arguments or its environment.',
  },
} satisfies Partial<Record<ReasonCode, Text>>

export type FaultCode = keyof typeof TEXTS

type FaultSite = {
  readonly stage: Stage
  /** For people: host and port or command, never with a secret. */
  readonly where: string
  readonly detail?: string
  readonly nextAction?: string
} & FaultDetails

/** The fault for `code`, with its texts. Details from the upstream must be bounded by who passes them. */
export function faultOf(code: FaultCode, site: FaultSite): UpstreamFault {
  const text: Text = TEXTS[code]
  const failure = {
    code,
    stage: site.stage,
    message: text.message(site.where, site.detail ?? ''),
    nextAction: site.nextAction ?? text.nextAction,
  }
  return new UpstreamFault(text.outcome, failure, site)
}

/** The caller left, or we did: says nothing about the upstream. */
export const cancelled = (stage: Stage, message = 'The caller left before the answer came'): UpstreamFault =>
  new UpstreamFault('cancelled', {
    code: 'timeout',
    stage,
    message,
    nextAction: 'Try again.',
  })

/** We could not try, for a reason of our own: says nothing about the upstream. */
export const inconclusive = (
  stage: Stage,
  why: string,
  cause: unknown,
  nextAction = LESS_OR_MORE_FILES,
): UpstreamFault =>
  new UpstreamFault(
    'inconclusive',
    {
      code: 'timeout',
      stage,
      message: `Omni2 could not try: ${why}`,
      nextAction,
    },
    { cause },
  )

const LESS_OR_MORE_FILES = 'Raise the limit of open files (ulimit -n) or lower the load on this machine.'

const OWN_SHORTAGE: Readonly<Record<string, string>> = {
  EMFILE: 'this process has too many open files',
  ENFILE: 'this machine has too many open files',
  ENOBUFS: 'the system is out of network buffers',
  EADDRNOTAVAIL: 'the system is out of local ports',
  ENETDOWN: 'the network of this machine is down',
  EAGAIN: 'the system is out of processes',
}

/** Why an error is our own shortage and not the upstream's fault; undefined when it is not. */
export const ownShortage = (error: unknown): string | undefined => OWN_SHORTAGE[errorCode(error)]

/** The system's or undici's code of an error, `''` when it has none; of several attempts that of the first. */
export function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** What a check says of a server that failed it. */
export function failing({ outcome, failure, retryAfterMs }: UpstreamFault) {
  return outcome === 'throttled' ? { outcome, failure, retryAfterMs } : { outcome, failure }
}
