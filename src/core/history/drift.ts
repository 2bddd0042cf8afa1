import type { Capabilities, CapabilityKind } from '../capabilities.ts'
import type { Clock, Instant } from '../clock.ts'
import type { DomainEvent, NamesChanged } from '../events.ts'
import type { ServerId } from '../ids.ts'
import type { Change } from '../ports.ts'
import type { Member } from '../watch/fleet.ts'
import { type CapabilityChange, capabilityChanges, keptChanges } from './capability-changes.ts'

/** So many changes of one server are told at once, and one more each ten minutes: a server may change as often as it likes. */
const BURST = 10
const PAUSE_MS = 10 * 60_000
/** Of the names in one event. */
const MOST_NAMES = { names: 50, characters: 4_096 } as const

/** A server that changed lately. */
type Restless = {
  /** How many more may be told, as of `at`. */
  left: number
  at: Instant
  /** What was told last, where more happened since than may be told. */
  told: Capabilities | undefined
}

/** Tells what changes in what servers offer, and keeps it; of one that never stops, what it came to each time. */
export class Drift {
  readonly #clock: Clock
  readonly #restless = new Map<ServerId, Restless>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What must be stored because a check made `after` of `before`. Lists seen for the first time are no change. */
  learned(before: Member, after: Member): Change[] {
    if (!after.capabilities) return []
    const { id: serverId } = after.server
    const { value: capabilities, seenAt, dates } = after.capabilities
    const isNew = capabilities !== before.capabilities?.value
    const saved: Change[] = isNew ? [{ type: 'capabilities_saved', serverId, capabilities, seenAt, dates }] : []
    const told = this.#restless.get(serverId)?.told ?? (isNew ? before.capabilities?.value : undefined)
    if (!told) return saved
    if (!this.#take(serverId, told)) return saved
    const changes = capabilityChanges(told, capabilities)
    if (changes.length === 0) return saved
    const kept = keptChanges(changes)
    const recorded: Change = { type: 'capabilities_changed', serverId, at: seenAt, ...kept }
    return [...saved, recorded, this.#event(after, changes)]
  }

  forget(id: ServerId): void {
    this.#restless.delete(id)
  }

  /** Whether one more may be told; if not, it will be told from `told` on. */
  #take(id: ServerId, told: Capabilities): boolean {
    const now = this.#clock.now()
    const { left, at } = this.#restless.get(id) ?? { left: BURST, at: now }
    const leftNow = Math.min(BURST, left + (now - at) / PAUSE_MS)
    const mayTell = leftNow >= 1
    this.#restless.set(id, { left: mayTell ? leftNow - 1 : leftNow, at: now, told: mayTell ? undefined : told })
    return mayTell
  }

  #event({ server, version }: Member, changes: readonly CapabilityChange[]): Change {
    const of = (kind: CapabilityKind) => changes.filter((change) => change.kind === kind)
    const tools = of('tool')
    const named = shortened([...tools, ...of('prompt'), ...of('resource')])
    const event: DomainEvent = {
      type: 'mcp_capabilities_changed',
      serverId: server.id,
      serverName: server.config.name,
      version,
      // Tools are what runs.
      severity: tools.length > 0 ? 'warning' : 'info',
      ...namesOf(named, 'tool'),
      prompts: namesOf(named, 'prompt'),
      resources: namesOf(named, 'resource'),
      truncated: named.length < changes.length,
    }
    return { type: 'event', event, at: this.#clock.wall() }
  }
}

function namesOf(named: readonly CapabilityChange[], kind: CapabilityKind): NamesChanged {
  const of = (change: CapabilityChange['change']) =>
    named.filter((one) => one.kind === kind && one.change === change).map(({ name }) => name)
  return { added: of('added'), removed: of('removed'), changed: of('changed') }
}

/** As many as an event names. */
function shortened(changes: readonly CapabilityChange[]): readonly CapabilityChange[] {
  let characters = 0
  return changes.slice(0, MOST_NAMES.names).filter(({ name }) => {
    characters += name.length
    return characters <= MOST_NAMES.characters
  })
}
