import { setImmediate } from 'node:timers/promises'
import { PromptSchema, ResourceSchema, ResourceTemplateSchema, ToolSchema } from '@modelcontextprotocol/core'
import type { Capability, Dropped, Json, JsonObject } from '../core/capabilities.ts'
import { type ByteBudget, MemoryShare } from './byte-budget.ts'
import { canonicalJson, type Extent, extentOf, sha256 } from './canonical.ts'
import { CHECK_LIMITS, type Limits, type Reply } from './channel.ts'
import { type FaultCode, faultOf } from './failures.ts'
import { isObject } from './json-rpc.ts'
import { isPrintable, printable } from './printable.ts'

const MOST_PAGES = 100
const MOST_ITEMS = 2_000

/**
 * A page may hold items too deep for us, which are dropped one by one; only what no walk should meet at all is refused
 * as a whole.
 */
export const LIST_LIMITS: Limits = { maxBytes: CHECK_LIMITS.maxBytes, maxDepth: 16_384 }

/** How many values are looked through before others get their turn: a few milliseconds of work. */
const VALUES_AT_ONCE = 2_000
/** Of one item; the largest schemas people write have a tenth. */
const MOST_VALUES = 10_000

/** In UTF-16 units. Names stand in events, logs and tables, so that they are short and printable. */
const LONGEST_NAME = { tool: 256, prompt: 256, resource: 4_096, template: 4_096 } as const satisfies Record<
  ListedKind,
  number
>
/** Of all of them in UTF-8: an event names every one that changed, and has to fit into a frame. */
const MOST_NAME_BYTES = 256 * 1024
const LONGEST_CURSOR = 4_096

/** What is listed; templates count as resources where kinds are told apart. */
export type ListedKind = Dropped['kind'] | 'template'

export const kindOf = (kind: ListedKind): Dropped['kind'] => (kind === 'template' ? 'resource' : kind)

export const methodOf = (kind: ListedKind): string => KINDS[kind].method

const KINDS = {
  tool: { method: 'tools/list', field: 'tools', name: 'name', schema: ToolSchema },
  prompt: { method: 'prompts/list', field: 'prompts', name: 'name', schema: PromptSchema },
  resource: { method: 'resources/list', field: 'resources', name: 'uri', schema: ResourceSchema },
  template: {
    method: 'resources/templates/list',
    field: 'resourceTemplates',
    name: 'uriTemplate',
    schema: ResourceTemplateSchema,
  },
} as const satisfies Record<ListedKind, object>

export type Listed = { readonly items: readonly Capability[]; readonly dropped: readonly Dropped[] }

/** What the listing of one kind came to: the list, or the error the server answered with. */
export type Listing = Listed | { readonly refusal: Extract<Reply, { error: unknown }> }

/**
 * Reads every page of one list. A bad item is left out, and the others are kept.
 * @throws UpstreamFault for a list that is none, goes in circles or is too long; 'inconclusive' when `memory` is taken.
 */
export async function listAll(
  kind: ListedKind,
  where: string,
  memory: ByteBudget,
  request: (method: string, params: JsonObject) => Promise<Reply>,
): Promise<Listing> {
  const share = new MemoryShare(memory)
  try {
    return await listPages(kind, where, share, request)
  } finally {
    share.letGo()
  }
}

async function listPages(
  kind: ListedKind,
  where: string,
  share: MemoryShare,
  request: (method: string, params: JsonObject) => Promise<Reply>,
): Promise<Listing> {
  const { method, field } = KINDS[kind]
  const broken = (code: FaultCode, detail: string) => faultOf(code, { stage: 'tools_list', where, detail })
  const items = new Map<string, Capability>()
  const dropped: Dropped[] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  let nameBytes = 0
  let sinceTurn = 0
  for (let page = 1; page <= MOST_PAGES; page++) {
    const reply = await request(method, cursor === undefined ? {} : { cursor })
    if ('error' in reply) return { refusal: reply }
    const entries = reply.result[field]
    if (!Array.isArray(entries)) throw broken('invalid_response', `its answer to ${method} holds no list`)
    if (items.size + dropped.length + entries.length > MOST_ITEMS) {
      throw broken('response_too_large', `more than ${MOST_ITEMS} ${field}`)
    }
    for (const entry of entries) {
      const extent = extentOf(entry, CHECK_LIMITS.maxDepth)
      share.hold(share.bytes + extent.bytes, 'tools_list')
      const taken = judge(kind, entry, extent, items)
      if ('reason' in taken) dropped.push({ kind: kindOf(kind), ...taken })
      else items.set(taken.name, taken)
      nameBytes += kind === 'tool' ? Buffer.byteLength(JSON.stringify(taken.name)) : 0
      if (nameBytes > MOST_NAME_BYTES) throw broken('response_too_large', `more than ${MOST_NAME_BYTES} bytes of names`)
      sinceTurn += extent.values + 20
      if (sinceTurn < VALUES_AT_ONCE) continue
      sinceTurn = 0
      await setImmediate() // others get their turn
    }
    const next = reply.result.nextCursor
    if (next === undefined || next === null || next === '') return { items: [...items.values()], dropped }
    if (typeof next !== 'string') throw broken('invalid_response', `the cursor in its answer to ${method} is no text`)
    if (next.length > LONGEST_CURSOR) throw broken('response_too_large', `a cursor of ${next.length} characters`)
    if (seen.has(next)) throw broken('invalid_response', `its answers to ${method} go in circles`)
    seen.add(next)
    cursor = next
  }
  throw broken('response_too_large', `${method} has more than ${MOST_PAGES} pages`)
}

/** An item as it is kept, or why it is left out. */
function judge(
  kind: ListedKind,
  entry: Json,
  { values, tooDeep }: Extent,
  items: ReadonlyMap<string, Capability>,
): Capability | Omit<Dropped, 'kind'> {
  const { name: nameField, schema } = KINDS[kind]
  const given = isObject(entry) ? entry[nameField] : undefined
  const name = typeof given === 'string' ? given : '(without a name)'
  const drop = (reason: string) => ({ name: printable(name.slice(0, 1_000), 128), reason })
  if (!isObject(entry)) return drop('is not an object')
  if (tooDeep) return drop(`nests deeper than ${CHECK_LIMITS.maxDepth} levels`)
  if (values > MOST_VALUES) return drop(`holds more than ${MOST_VALUES} values`)
  const parsed = schema.safeParse(entry)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return drop(printable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`))
  }
  const problem = nameProblem(kind, name)
  if (problem !== undefined) return drop(problem)
  if (items.has(name)) return drop('has the name of another')
  return { name, hash: sha256(canonicalJson(entry)), definition: entry }
}

function nameProblem(kind: ListedKind, name: string): string | undefined {
  if (name === '') return 'has an empty name'
  if (name.length > LONGEST_NAME[kind]) return `has a name of more than ${LONGEST_NAME[kind]} characters`
  return isPrintable(name) ? undefined : 'has characters in its name that do not show or that reorder text'
}
