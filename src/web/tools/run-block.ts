import type { ServerView } from '../../api/server-view.ts'
import { type Flaw, flawText } from './check-value.ts'
import type { Draft } from './draft.ts'

type State = {
  readonly mayRun: boolean
  readonly role: string
  readonly server: Pick<ServerView, 'name' | 'health_status'> & {
    readonly circuit: Pick<ServerView['circuit'], 'state'>
  }
  readonly draft: Draft
  readonly flaws: readonly Flaw[]
}

const MAX_NAMED = 3

/** Why a tool cannot be run now; undefined when it can. */
export function runBlock({ mayRun, role, server, draft, flaws }: State): string | undefined {
  if (!mayRun) return `Your role, ${role}, may not run tools; operator and admin may.`
  if (server.health_status === 'disabled') return `${server.name} is disabled. Enable it to run its tools.`
  if (server.circuit.state !== 'closed') {
    return `The circuit of ${server.name} is ${server.circuit.state.replace('_', ' ')}: calls are refused until a check passes.`
  }
  if (draft.unreadable !== undefined) return draft.unreadable
  if (flaws.length === 0) return undefined
  const named = flaws.slice(0, MAX_NAMED).map(flawText).join('; ')
  return flaws.length > MAX_NAMED ? `${named}; and ${flaws.length - MAX_NAMED} more` : named
}
