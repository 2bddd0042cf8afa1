import type { Capability } from '../../src/core/capabilities.ts'
import { instant } from '../../src/core/clock.ts'
import { serverId } from '../../src/core/ids.ts'
import type { Member } from '../../src/core/watch/fleet.ts'
import { Simulation } from './simulation.ts'
import { aServer, at } from './store-samples.ts'
import { memberOf } from './watched.ts'

/** Of a server that a person switched off. */
export const DISABLED: Member['state'] = {
  ...new Simulation().state,
  admin: { kind: 'inactive', by: 'user', at: instant(0), wouldBeHealthy: undefined },
}

type Offered = {
  readonly name?: string
  /** Names, with what distinguishes one state of it from another after a colon. */
  readonly tools?: readonly string[]
  readonly prompts?: readonly string[]
  readonly resources?: readonly string[]
  readonly templates?: readonly string[]
  readonly state?: Member['state']
}

/** A member that lists these. */
export function offering(id: number, offered: Offered = {}): Member {
  const { name = `server-${id}`, tools = [], prompts = [], resources = [], templates = [], state } = offered
  const value = {
    tools: tools.map(capability),
    prompts: prompts.map(capability),
    resources: resources.map(capability),
    templates: templates.map(capability),
    dropped: [],
  }
  const capabilities = { value, seenAt: at(), dates: { since: at(), later: new Map() } }
  return memberOf(new Simulation(), {
    ...(state && { state }),
    server: aServer(serverId(id), { name }),
    capabilities,
  })
}

const capability = (text: string): Capability => {
  const [name = '', version = ''] = text.split(':')
  return { name, hash: text, definition: { name, description: version } }
}
