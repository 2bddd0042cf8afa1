import { setImmediate } from 'node:timers/promises'
import { PromptSchema, ResourceSchema, ToolSchema } from '@modelcontextprotocol/core'
import type { Capability, Dropped, Json, JsonObject } from '../core/capabilities.ts'
import { canonicalJson, isDeeperThan, sha256 } from './canonical.ts'
import { CHECK_LIMITS, type Limits, type Reply } from './channel.ts'
import { type FaultCode, faultOf } from './failures.ts'
import { printable } from './http-status.ts'
import { isObject } from './json-rpc.ts'

const MOST_PAGES = 100
const MOST_ITEMS = 2_000

/**
 * A page may hold items too deep for us, which are dropped one by one; only what no walk should meet at all is refused
 * as a whole.
 */
export const LIST_LIMITS: Limits = { maxBytes: CHECK_LIMITS.maxBytes, maxDepth: 16_384 }

/** How many items are judged before others get their turn: a few milliseconds of work. */
const ITEMS_AT_ONCE = 100

const KINDS = {
  tool: { method: 'tools/list', field: 'tools', name: 'name', schema: ToolSchema },
  prompt: { method: 'prompts/list', field: 'prompts', name: 'name', schema: PromptSchema },
  resource: { method: 'resources/list', field: 'resources', name: 'uri', schema: ResourceSchema },
} as const satisfies Record<Dropped['kind'], object>

type Listed = { readonly items: readonly Capability[]; readonly dropped: readonly Dropped[] }

/** What the listing of one kind came to: the list, or the error the server answered with. */
export type Listing = Listed | { readonly refusal: Extract<Reply, { error: unknown }> }

/**
 * Reads every page of one list. A bad item is left out, and the others are kept.
 * @throws UpstreamFault for a list that is none, goes in circles or is too long.
 */
export async function listAll(
  kind: Dropped['kind'],
  where: string,
  request: (method: string, params: JsonObject) => Promise<Reply>,
): Promise<Listing> {
  const { method, field } = KINDS[kind]
  const broken = (code: FaultCode, detail: string) => faultOf(code, { stage: 'tools_list', where, detail })
  const items = new Map<string, Capability>()
  const dropped: Dropped[] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  for (let page = 1; page <= MOST_PAGES; page++) {
    const reply = await request(method, cursor === undefined ? {} : { cursor })
    if ('error' in reply) return { refusal: reply }
    const entries = reply.result[field]
    if (!Array.isArray(entries)) throw broken('invalid_response', `its answer to ${method} holds no list`)
    if (items.size + dropped.length + entries.length > MOST_ITEMS) {
      throw broken('response_too_large', `more than ${MOST_ITEMS} ${field}`)
    }
    for (const [at, entry] of entries.entries()) {
      take(kind, entry, items, dropped)
      if (at % ITEMS_AT_ONCE === ITEMS_AT_ONCE - 1) await setImmediate() // others get their turn
    }
    const next = reply.result.nextCursor
    if (next === undefined || next === null || next === '') return { items: [...items.values()], dropped }
    if (typeof next !== 'string') throw broken('invalid_response', `the cursor in its answer to ${method} is no text`)
    if (seen.has(next)) throw broken('invalid_response', `its answers to ${method} go in circles`)
    seen.add(next)
    cursor = next
  }
  throw broken('response_too_large', `${method} has more than ${MOST_PAGES} pages`)
}

function take(kind: Dropped['kind'], entry: Json, items: Map<string, Capability>, dropped: Dropped[]): void {
  const { name: nameField, schema } = KINDS[kind]
  const given = isObject(entry) ? entry[nameField] : undefined
  const name = typeof given === 'string' ? given : '(without a name)'
  const drop = (reason: string) => dropped.push({ kind, name: printable(name, 128), reason })
  if (!isObject(entry) || isDeeperThan(entry, CHECK_LIMITS.maxDepth)) {
    drop(isObject(entry) ? `nests deeper than ${CHECK_LIMITS.maxDepth} levels` : 'is not an object')
    return
  }
  const parsed = schema.safeParse(entry)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    drop(printable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`))
    return
  }
  if (name === '' || items.has(name)) {
    drop(name === '' ? 'has an empty name' : 'has the name of another')
    return
  }
  items.set(name, { name, hash: sha256(canonicalJson(entry)), definition: entry })
}
