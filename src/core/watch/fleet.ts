import { type Capabilities, sameCapabilities } from '../capabilities.ts'
import type { CheckResult, Identity } from '../check.ts'
import type { Timestamp } from '../clock.ts'
import type { Server } from '../config/server.ts'
import { AppError } from '../errors.ts'
import type { HealthStatus, ServerState } from '../health/state.ts'
import { derive } from '../health/status.ts'
import { type CapabilityDates, datesAfter } from '../history/capability-dates.ts'
import type { ServerId } from '../ids.ts'
import { SharedCapabilities } from './shared-capabilities.ts'

/** One registered server with everything known of it. Replaced as a whole, never changed in place. */
export type Member = Known & {
  /** Grows with each change of any server: of two views of one server the greater is the newer. */
  readonly version: number
}

type Known = {
  readonly server: Server
  readonly state: ServerState
  readonly identity: Identity | undefined
  readonly capabilities: SeenCapabilities | undefined
}

/** What a server lists, when that was looked at last, and when each of it was first seen and last changed. */
export type SeenCapabilities = {
  readonly value: Capabilities
  readonly seenAt: Timestamp
  readonly dates: CapabilityDates
}

export type FleetFilter = {
  readonly status?: readonly HealthStatus[]
  /** Found in the name or the description, whatever the case. */
  readonly q?: string
  readonly enabledOnly?: boolean
}

/** All registered servers of this process, by id and by name. Holds; decides nothing. */
export class Fleet {
  readonly #members = new Map<ServerId, Member>()
  readonly #names = new Map<string, ServerId>()
  /** What `q` is looked for in, in lower case, so that a search reads only the members that it may fit. */
  readonly #texts = new Map<ServerId, string>()
  readonly #shared = new SharedCapabilities()
  #enabled = 0
  #version = 0

  /** What no earlier process came to, so that nobody takes its views for newer ones. */
  startAt(version: number): void {
    this.#version = version
  }

  /** @throws AppError 'not_found' */
  get(id: ServerId): Member {
    const member = this.#members.get(id)
    if (!member) throw new AppError('not_found', `No server ${id}`)
    return member
  }

  find(id: ServerId): Member | undefined {
    return this.#members.get(id)
  }

  byName(name: string): Member | undefined {
    const id = this.#names.get(name)
    return id === undefined ? undefined : this.#members.get(id)
  }

  /** Answers what is kept: the member with its version. */
  put(known: Known): Member {
    const { id, config } = known.server
    const before = this.#members.get(id)
    const member = this.#sharing(this.stamp(known), before)
    if (before && before.server.config.name !== config.name) this.#names.delete(before.server.config.name)
    this.#enabled += countOf(member) - countOf(before)
    if (before?.server !== member.server) this.#texts.set(id, textOf(member.server))
    this.#members.set(id, member)
    this.#names.set(config.name, id)
    return member
  }

  /** With a version of its own, for what is told of a server before it is here. */
  stamp(known: Known): Member {
    this.#version += 1
    return { ...known, version: this.#version }
  }

  remove(id: ServerId): void {
    const member = this.#members.get(id)
    if (!member) return
    this.#enabled -= countOf(member)
    this.#members.delete(id)
    this.#texts.delete(id)
    this.#names.delete(member.server.config.name)
  }

  /** Of the newest change. What was listed before and is not in a list of this version is no more. */
  get version(): number {
    return this.#version
  }

  all(): Iterable<Member> {
    return this.#members.values()
  }

  get size(): number {
    return this.#members.size
  }

  /** How many are not disabled. */
  get enabled(): number {
    return this.#enabled
  }

  /** Members in the order of their ids, those after `afterId`; one more page exists when `more`. */
  page(filter: FleetFilter, afterId: number, limit: number): { members: readonly Member[]; more: boolean } {
    const matches: Member[] = []
    const needle = filter.q?.toLowerCase() ?? ''
    for (const [id, text] of this.#texts) {
      if (id <= afterId || !text.includes(needle)) continue
      const member = this.#members.get(id)
      if (!member || !fits(member, filter)) continue
      if (matches.length === limit) return { members: matches, more: true }
      matches.push(member)
    }
    return { members: matches, more: false }
  }

  #sharing(member: Member, before: Member | undefined): Member {
    const { capabilities } = member
    if (!capabilities || capabilities.value === before?.capabilities?.value) return member
    return { ...member, capabilities: { ...capabilities, value: this.#shared.of(capabilities.value) } }
  }
}

const countOf = (member: Member | undefined): number => (member?.state.admin.kind === 'active' ? 1 : 0)

const textOf = ({ config: { name, description } }: Server): string => `${name}\n${description}`.toLowerCase()

function fits({ server, state }: Member, { status, q, enabledOnly }: FleetFilter): boolean {
  if (enabledOnly && state.admin.kind !== 'active') return false
  if (status && !status.includes(derive(state))) return false
  if (!q) return true
  const needle = q.toLowerCase()
  return server.config.name.toLowerCase().includes(needle) || server.config.description.toLowerCase().includes(needle)
}

/** The member after a check: what it said of itself and listed is kept until something newer is known. */
export const informed = (member: Member, result: CheckResult, at: Timestamp): Member => ({
  ...member,
  identity: result.identity ?? member.identity,
  capabilities: result.capabilities ? seen(member.capabilities, result.capabilities, at) : member.capabilities,
})

/** An unchanged list stays the same object, so that it is not stored again. */
const seen = (before: SeenCapabilities | undefined, now: Capabilities, seenAt: Timestamp): SeenCapabilities =>
  before && sameCapabilities(before.value, now)
    ? { ...before, seenAt }
    : { value: now, seenAt, dates: datesAfter(before, now, seenAt) }

/** What servers on one machine share, so that its connections are not exhausted: scheme, host and port, or the command. */
export function originOf({ config: { target } }: Server): string {
  if (target.protocol === 'stdio') return `stdio:${target.command}`
  const url = target.url.reveal()
  return URL.parse(url)?.origin ?? url
}
