import { UpstreamFault } from '../channel.ts'

/** Names the environment of a process tree carries, so that its members can be found wherever they went. */
export const TREE_VARIABLE = 'OMNI2_TREE'

/** What a program needs to run as its user; everything else of ours stays with us. */
const INHERITED = new Set(['HOME', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'TZ', 'USER'])

export type Environment = Readonly<Record<string, string>>

/** True for variables that load code into any program that is started: no entry may set them. */
const isForbiddenVariable = (name: string): boolean => /^(NODE_OPTIONS$|LD_|DYLD_|OMNI2_TREE$)/i.test(name)

/**
 * The whole environment of a stdio server: the few inherited names, what its entry says, and the mark of its tree.
 * @throws UpstreamFault 'connect' with `spawn_failed` for a name that is forbidden or none.
 */
export function childEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  entry: Environment,
  treeMark: string,
): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && (INHERITED.has(name) || name.startsWith('LC_'))) environment[name] = value
  }
  for (const [name, value] of Object.entries(entry)) {
    if (isForbiddenVariable(name)) throw refused(`the variable ${name} may not be set for a stdio server`)
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
