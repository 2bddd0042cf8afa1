import { type Finding, ok, problem, skipped, warning } from './finding.ts'

/** What would keep a registered server from being reached. */
export type ServerFault = {
  readonly server: string
  readonly message: string
  readonly nextAction: string
  /** It depends on the shell or service that starts Omni2, and may be well there. */
  readonly ofSurroundings: boolean
}

const SHOWN = 10

/** `running`: an Omni2 runs, whose surroundings may be others than those of this command. */
export function judgeServers(
  servers: number,
  faults: readonly ServerFault[],
  running: boolean | undefined,
): readonly Finding[] {
  if (servers === 0) return [skipped('servers', 'None is registered that is to be checked')]
  if (faults.length === 0) return [ok('servers', `${servers}: commands are found, addresses are allowed`)]
  const shown = faults.slice(0, SHOWN).map(({ server, message, nextAction, ofSurroundings }) => {
    const level = running && ofSurroundings ? warning : problem
    return level('servers', `${server}: ${message}`, nextAction)
  })
  const more = faults.length - shown.length
  return more > 0 ? [...shown, problem('servers', `${more} more have such faults`)] : shown
}
