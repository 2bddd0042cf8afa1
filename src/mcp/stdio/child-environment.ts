import { steersTheLoader } from '../../core/config/env-reference.ts'
import { type Launch, UpstreamFault } from '../channel.ts'
import type { Environment } from '../references.ts'

/** Names the environment of a process tree carries, so that its members can be found wherever they went. */
export const TREE_VARIABLE = 'OMNI2_TREE'

/** What a program needs to run as its user; everything else of ours stays with us. */
const INHERITED = new Set(['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TZ', 'USER'])

/**
 * The whole environment of a stdio server: the few inherited names, what its entry says, and the mark of its tree.
 * @throws UpstreamFault 'connect' with `spawn_failed` for a name that is forbidden or none.
 */
export function childEnvironment(ours: Environment, entry: Launch['env'], treeMark: string): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && (INHERITED.has(name) || name.startsWith('LC_'))) environment[name] = value
  }
  for (const [name, value] of Object.entries(entry)) {
    if (steersTheLoader(name) || name.toUpperCase() === TREE_VARIABLE)
      throw refused(`the variable ${name} may not be set for a stdio server`)
    if (!/^[^=\0]+$/.test(name) || value.includes('\0'))
      throw refused('a variable has a name or value no process can have')
    environment[name] = value
  }
  environment[TREE_VARIABLE] = treeMark
  return environment
}

const refused = (message: string) =>
  new UpstreamFault('connect', {
    code: 'spawn_failed',
    stage: 'spawn',
    message,
    nextAction: "Remove it from the server's env",
  })
