import type { Outcome } from '../../src/core/check.ts'
import { serverId } from '../../src/core/ids.ts'
import type { Member } from '../../src/core/watch/fleet.ts'
import { Simulation } from './simulation.ts'
import { aServer } from './store-samples.ts'

/** A server that met checks of these outcomes, each at its due time, as the fleet holds it. */
export function watched(...outcomes: readonly Outcome[]): Member {
  const server = new Simulation()
  for (const outcome of outcomes) {
    server.answers(outcome)
    server.checks(1)
    server.pass(0)
  }
  return memberOf(server)
}

/** What the fleet would hold of a simulated server. */
export const memberOf = ({ state }: Simulation, over: Partial<Member> = {}): Member => ({
  server: aServer(serverId(1), { name: 'github' }),
  state,
  identity: undefined,
  capabilities: undefined,
  version: 3,
  ...over,
})
