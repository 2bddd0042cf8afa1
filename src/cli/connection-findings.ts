import type { SessionView } from '../api/session.ts'
import { type Finding, ok, problem, skipped, warning } from '../server/doctor/finding.ts'

/** What came of talking to an Omni2 as every other command does. */
export type ConnectionFacts = {
  readonly url: string
  /** Whether it is on this machine. */
  readonly local: boolean
  readonly answer:
    | { readonly kind: 'none'; readonly why: string }
    | { readonly kind: 'given'; readonly ready: boolean; readonly identity: Identity }
}

type Identity =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'known'
      readonly session: Pick<SessionView, 'name' | 'role' | 'expires_at'>
      /** Of the Omni2 there; undefined when it does not tell this token. */
      readonly version: string | undefined
    }

const SOON_MS = 7 * 86_400_000
const SIGN_IN =
  'omni2 login; a lost token is replaced on the host of Omni2 with: omni2 token create --data-dir <folder>'

type Here = {
  /** Whether an Omni2 runs on the settings that were looked at. */
  readonly running: boolean | undefined
  /** Of this command. */
  readonly version: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** Whether the command line can talk to Omni2, and in whose name. */
export function judgeConnection({ url, local, answer }: ConnectionFacts, here: Here): readonly Finding[] {
  if (answer.kind === 'none') {
    return local && !here.running
      ? [skipped('server', `None answers at ${url}; start one with: omni2 serve`)]
      : [problem('server', answer.why, 'Name the right one with --url, OMNI2_URL or: omni2 login <url>')]
  }
  const server = answer.ready
    ? ok('server', `${url} answers and is ready`)
    : problem('server', `${url} answers, but is not ready`, 'Read its log: most often its database is away or full.')
  return [server, ...judgeIdentity(answer.identity, here)]
}

function judgeIdentity(identity: Identity, { version, now }: Here): readonly Finding[] {
  switch (identity.kind) {
    case 'nobody':
      return [skipped('login', 'This command line is not signed in: omni2 login')]
    case 'refused':
      return [problem('login', identity.why, SIGN_IN)]
    case 'known': {
      const { session, version: theirs } = identity
      const login = judgeSession(session, now)
      if (theirs === undefined || theirs === version) return [login]
      const next = 'Use the same version on both sides.'
      return [login, warning('version', `Omni2 there is ${theirs}, this command line ${version}`, next)]
    }
  }
}

function judgeSession({ name, role, expires_at }: Pick<SessionView, 'name' | 'role' | 'expires_at'>, now: number) {
  const who = `Signed in as ${name} (${role})`
  return expires_at !== null && Date.parse(expires_at) < now + SOON_MS
    ? warning('login', `${who}, until ${expires_at}`, 'Have an admin make another token, then: omni2 login')
    : ok('login', who)
}
