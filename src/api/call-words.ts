import type { CallView } from './calls.ts'

type Words = {
  readonly label: string
  /** What became of the call. */
  readonly story: string
  /** What it means for the server's health. */
  readonly breaker: string
}

/** How a call ended, in words for people. */
export const CALL_WORDS = {
  ok: {
    label: 'Done',
    story: 'The server did what it was asked.',
    breaker: 'It counts as a success among the calls of the last minute.',
  },
  app_error: {
    label: 'Said no',
    story: 'The server answered with an error of its own: it is alive, and refused or failed at this request.',
    breaker: 'It counts for nothing: an answer, whatever it says, is no outage.',
  },
  connect: {
    label: 'Not reached',
    story: 'The server could not be reached.',
    breaker: 'It counts as a failure towards opening the circuit, and had the server checked at once.',
  },
  protocol: {
    label: 'No proper answer',
    story: 'The server was reached and did not answer in time, or not as an MCP server does.',
    breaker: 'It counts as a failure towards opening the circuit, and had the server checked at once.',
  },
  auth: {
    label: 'Not let in',
    story: 'The server refused the credentials that Omni2 has for it.',
    breaker: 'It counts for nothing among calls: credentials do not become valid by waiting. Checks tell of it.',
  },
  throttled: {
    label: 'Throttled',
    story: 'The server asked to be asked less often.',
    breaker: 'It counts for nothing: a server that throttles is alive.',
  },
  cancelled: {
    label: 'Given up',
    story: 'The client left before the answer came.',
    breaker: 'It counts for nothing: it says nothing about the server.',
  },
  inconclusive: {
    label: 'Our fault',
    story: 'Omni2 itself was short of something, so that nothing was learned about the server.',
    breaker: 'It counts for nothing: it says nothing about the server.',
  },
  refused: {
    label: 'Refused',
    story: 'Omni2 answered in the place of the server, which was not contacted.',
    breaker: 'The circuit, a switch or too many calls at once kept it away: it counts for nothing.',
  },
} as const satisfies Record<CallView['outcome'], Words>

/** What was asked for: a tool by its name, all else with its method. */
export const calledText = ({ method, target }: Pick<CallView, 'method' | 'target'>): string =>
  target === null ? method : method === 'tools/call' ? target : `${method} ${target}`
