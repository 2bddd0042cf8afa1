import type { Capabilities, Capability, Dropped, JsonObject } from '../core/capabilities.ts'
import type { Era, Identity } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import type { ByteBudget } from './byte-budget.ts'
import { type Channel, type Reply, type RequestOptions, type ToolCaller, UpstreamFault } from './channel.ts'
import { type Conceal, concealList } from './conceal.ts'
import { type Established, greet, readDiscovery, UNSUPPORTED_VERSION } from './handshake.ts'
import {
  HEADER_MISMATCH,
  type ParamHeader,
  paramHeaderFault,
  paramHeaders,
  paramHeadersOf,
} from './http/header-values.ts'
import { isObject, METHOD_NOT_FOUND } from './json-rpc.ts'
import type { Lasting } from './lasting-requests.ts'
import { kindOf, LIST_LIMITS, type Listed, type ListedKind, type Listing, listAll, methodOf } from './listing.ts'
import { OwedRequests } from './owed-requests.ts'
import { type ClientSelf, modernMeta, paramsFor, type RelayedReply, type RelayRequest } from './relay-request.ts'
import { NO_PLACE, NO_SUBSCRIPTIONS, NOT_HEARD, SUBSCRIBE, UNSUBSCRIBE, unheard } from './subscribing.ts'
import { unlessAborted } from './unless-aborted.ts'

export type SessionDeps = {
  readonly channel: Channel
  readonly clock: Clock
  /** Of lists that are being read. */
  readonly memory: ByteBudget
  /** Whom the server is greeted as, and asked as by our own requests. */
  readonly client: ClientSelf
  /** How messages name the server. */
  readonly where: string
  /** The eras its transport can speak, the likelier first. */
  readonly eras: readonly Era[]
  readonly probeMs: number | undefined
  readonly lasting: Lasting
  /** What somebody wants to hear while nobody asks: that its lists changed, or whatever it says. */
  readonly hears: 'nothing' | 'changes' | 'everything'
  /** Removes our own credentials from what the server says. */
  readonly redact: (text: string) => string
  /** The same for what it means to reach clients; absent when there is nothing to hide. */
  readonly conceal?: Conceal | undefined
}

/** What a check found, when nothing stopped it. */
export type Found = {
  readonly outcome: 'ok' | 'app_error'
  readonly identity: Identity | undefined
  readonly capabilities: Capabilities | undefined
}

/** The conversation with one server: greets it once, keeps what was agreed, and starts over when that is lost. */
export class Session {
  readonly #deps: SessionDeps
  #established: Established | undefined
  #greeting: Promise<Established> | undefined
  /** The era spoken last; what to try first. */
  #era: Era | undefined
  #paramHeaders: ReadonlyMap<string, readonly ParamHeader[]> | undefined
  readonly #owed: OwedRequests
  /** The newest answer of a modern server to what all subscribe to. */
  #acknowledged: Promise<JsonObject | undefined> = Promise.resolve(undefined)
  #isListeningSoon = false
  #last: Required<Pick<Capabilities, 'prompts' | 'resources' | 'templates'>> = {
    prompts: [],
    resources: [],
    templates: [],
  }

  constructor(deps: SessionDeps) {
    this.#deps = deps
    this.#owed = new OwedRequests(deps)
  }

  /** True while the first contact, which a process may not survive, is being made. */
  get isGreeting(): boolean {
    return this.#greeting !== undefined
  }

  /** The server failed: it may be another one when it is back. */
  doubtEra(): void {
    this.#era = undefined
  }

  /** Asks whether it is alive; `deep` also lists what it offers. @throws UpstreamFault. */
  async check(deep: boolean, options: RequestOptions): Promise<Found> {
    const stage = options.trace
    const timed = <T>(name: 'handshake' | 'tools_list', work: () => Promise<T>) =>
      stage ? stage.time(name, work) : work()
    const alive = await timed('handshake', () => this.#alive(options))
    const { identity } = alive
    const isHeard = deep || this.#deps.lasting.uris().length > 0
    if (isHeard) void this.#listen(alive.established)
    void this.#owed.pay(options)
    if (!deep) return { outcome: alive.outcome, identity, capabilities: undefined }
    const { declares } = alive.established
    const tools = declares.tools
      ? await timed('tools_list', () => this.#inSession(options, () => this.#tools(options)))
      : EMPTY
    if (tools === undefined) return { outcome: 'app_error', identity, capabilities: undefined }
    return { outcome: alive.outcome, identity, capabilities: { ...tools, prompts: [], resources: [] } }
  }

  /** Adds what else the server lists to what a deep check found; a list that fails stays as it was, with a note. */
  async complete(capabilities: Capabilities, options: RequestOptions): Promise<Capabilities> {
    const { prompts: declaresPrompts, resources: declaresResources } = this.#established?.declares ?? NOTHING
    const prompts = await this.#others('prompt', declaresPrompts, this.#last.prompts, options)
    const resources = await this.#others('resource', declaresResources, this.#last.resources, options)
    const templates = await this.#others('template', declaresResources, this.#last.templates ?? [], options)
    this.#last = { prompts: prompts.items, resources: resources.items, templates: templates.items }
    const dropped = [...capabilities.dropped, ...prompts.dropped, ...resources.dropped, ...templates.dropped]
    const others = { prompts: prompts.items, resources: resources.items, dropped }
    return { ...capabilities, ...others, ...(templates.items.length > 0 && { templates: templates.items }) }
  }

  /** Asks the server what somebody else wants of it: its reply, whatever it is. @throws UpstreamFault. */
  relay(request: RelayRequest, options: RequestOptions): Promise<RelayedReply> {
    return this.#inSession(options, (greeting) => this.#relayed(greeting, request, options))
  }

  /** As whom the server answers, when the tool was called without waiting for anything; see `Channel.callNow`. */
  callNow(request: RelayRequest, caller: ToolCaller): Identity | undefined {
    const ready = this.#ready
    const { channel, hears } = this.#deps
    if (ready === undefined || channel.callNow === undefined) return undefined
    if (hears === 'everything' && channel.listens !== true) void this.#listen(ready)
    const params = paramsFor(request, ready.identity.era)
    return channel.callNow(params, caller, this.#headersOf(params, request.context)) ? ready.identity : undefined
  }

  async #relayed(greeting: Established, request: RelayRequest, options: RequestOptions): Promise<RelayedReply> {
    const { channel } = this.#deps
    if (this.#deps.hears === 'everything') void this.#listen(greeting)
    const { identity } = greeting
    const { method } = request
    if (identity.era === 'modern' && SUBSCRIBING.has(method)) {
      return { reply: await unlessAborted(this.#subscribe(greeting, request), options.signal), identity }
    }
    // A connection of one client's own is not checked: its pings see to what is still owed.
    if (method === 'ping') void this.#owed.pay(options)
    const params = paramsFor(request, identity.era)
    if (method === SUBSCRIBE) void this.#listen(greeting)
    if (method === SUBSCRIBE && channel.listens === false) return { reply: NO_PLACE, identity }
    this.#deps.lasting.asked(method, params)
    const reply = await channel.request(method, params, this.#withParamHeaders(method, params, options))
    if ('result' in reply) this.#deps.lasting.done(method, params)
    const wantsHeaders = 'error' in reply && reply.error.code === HEADER_MISMATCH && this.#paramHeaders === undefined
    if (!wantsHeaders || identity.era === 'legacy') return { reply, identity }
    // The tool asks for arguments as headers, which only its listing tells.
    await this.#tools(options)
    const again = await channel.request(method, params, this.#withParamHeaders(method, params, options))
    return { reply: again, identity }
  }

  /** A modern server is told on one stream of all that is subscribed to. */
  async #subscribe(greeting: Established, { method, params: { uri } }: RelayRequest): Promise<Reply> {
    if (!greeting.declares.subscriptions || this.#deps.channel.listen === undefined) return NO_SUBSCRIPTIONS
    this.#listenSoon(greeting)
    if (method !== SUBSCRIBE) return { result: {} }
    let last: Promise<JsonObject | undefined>
    let acknowledged: JsonObject | undefined
    do {
      last = this.#acknowledged
      acknowledged = await last
    } while (last !== this.#acknowledged)
    if (this.#deps.channel.listens === false) return NO_PLACE
    const heard = acknowledged?.resourceSubscriptions
    return Array.isArray(heard) && heard.includes(uri) ? { result: {} } : NOT_HEARD
  }

  /** Once for all that want it at the same moment. */
  #listenSoon(greeting: Established): void {
    if (this.#isListeningSoon) return
    this.#isListeningSoon = true
    this.#acknowledged = Promise.resolve().then(() => {
      this.#isListeningSoon = false
      return this.#listen(greeting, true)
    })
  }

  /** Makes sure that it was greeted, and that what it says next is heard. @throws UpstreamFault. */
  async greeted(options: RequestOptions): Promise<void> {
    const greeting = this.#ready ?? (await this.#greet(options))
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = this.#deps.clock.after(LISTEN_MS, resolve)
    await Promise.race([this.#listen(greeting), promise])
    stop()
  }

  /** Ping, or what stands for it; right after a greeting that alone is proof enough. */
  async #alive(options: RequestOptions): Promise<{
    readonly outcome: 'ok' | 'app_error'
    readonly identity: Identity
    readonly established: Established
  }> {
    return this.#inSession(options, async (greeting, isNew) => {
      const { identity } = greeting
      if (isNew) return { outcome: 'ok', identity, established: greeting }
      if (identity.era === 'legacy') {
        const reply = await this.#request('ping', {}, options)
        if ('error' in reply && reply.error.code === UNSUPPORTED_VERSION)
          throw otherEra(reply, this.#deps.where, options)
        return { outcome: 'result' in reply ? 'ok' : 'app_error', identity, established: greeting }
      }
      const reply = await this.#request('server/discover', {}, options)
      if ('result' in reply) this.#established = readDiscovery(reply.result, this.#deps) ?? greeting
      else if (SAYS_OTHER_ERA.has(reply.error.code)) throw otherEra(reply, this.#deps.where, options)
      const established = this.#established ?? greeting
      return { outcome: 'result' in reply ? 'ok' : 'app_error', identity: established.identity, established }
    })
  }

  /** Undefined when the server answers with an error: no list is not an empty one. */
  async #tools(
    options: RequestOptions,
  ): Promise<{ tools: readonly Capability[]; dropped: readonly Dropped[] } | undefined> {
    const answer = await this.#list('tool', options)
    if ('refusal' in answer) return undefined
    const listed = this.#established?.identity.era === 'modern' ? withoutFaultyHeaders(answer) : answer
    const withHeaders = listed.items
      .map((tool) => [tool.name, paramHeadersOf(tool.definition.inputSchema)] as const)
      .filter(([, headers]) => headers.length > 0)
    this.#paramHeaders = withHeaders.length > 0 ? new Map(withHeaders) : NO_HEADERS
    return { tools: listed.items, dropped: listed.dropped }
  }

  async #others(
    kind: Exclude<ListedKind, 'tool'>,
    declared: boolean,
    last: readonly Capability[],
    options: RequestOptions,
  ): Promise<{ readonly items: readonly Capability[]; readonly dropped: readonly Dropped[] }> {
    if (!declared) return EMPTY_LIST
    const failed = (reason: string) => ({
      items: last,
      dropped: [{ kind: kindOf(kind), name: methodOf(kind), reason }],
    })
    try {
      const listed = await this.#list(kind, options)
      if ('items' in listed) return listed
      const { code } = listed.refusal.error
      // Who has resources need not know templates.
      return kind === 'template' && code === METHOD_NOT_FOUND ? EMPTY_LIST : failed(`refused with error ${code}`)
    } catch (error) {
      if (error instanceof UpstreamFault) return failed(error.message)
      throw error
    }
  }

  async #list(kind: ListedKind, options: RequestOptions): Promise<Listing> {
    const { where, memory, conceal } = this.#deps
    const patient = { ...options, limits: LIST_LIMITS }
    const listed = await listAll(kind, where, memory, (method, params) => this.#request(method, params, patient))
    return conceal && 'items' in listed ? concealList(kindOf(kind), listed, conceal) : listed
  }

  #request(method: string, params: JsonObject, options: RequestOptions): Promise<Reply> {
    const isModern = this.#established?.identity.era === 'modern'
    const full = isModern ? { ...params, _meta: modernMeta(this.#deps.client) } : params
    return this.#deps.channel.request(method, full, options)
  }

  #withParamHeaders(method: string, params: JsonObject, options: RequestOptions): RequestOptions {
    const headers = method === 'tools/call' ? this.#headersOf(params, options.headers) : options.headers
    return headers === options.headers || headers === undefined ? options : { ...options, headers }
  }

  /** Those of a call of a tool, which may want arguments there too. */
  #headersOf({ name, arguments: args }: JsonObject, given: RequestOptions['headers']): RequestOptions['headers'] {
    const declared = typeof name === 'string' ? this.#paramHeaders?.get(name) : undefined
    return declared === undefined ? given : { ...given, ...paramHeaders(declared, isObject(args) ? args : {}) }
  }

  /** Does `work` in the kept session, once more in a new one when the server forgot it, and then judges. */
  async #inSession<T>(
    options: RequestOptions,
    work: (greeting: Established, isNew: boolean) => Promise<T>,
  ): Promise<T> {
    const before = this.#ready
    let used: Established | undefined = before
    try {
      used ??= await this.#greet(options)
      return await work(used, before === undefined)
    } catch (error) {
      if (!(error instanceof UpstreamFault) || !error.sessionLost || options.signal.aborted) throw error
    }
    // Others that it was lost to may have opened the next one already.
    if (this.#established === used) this.#established = undefined
    const ready = this.#ready
    return work(ready ?? (await this.#greet(options)), ready === undefined)
  }

  get #ready(): Established | undefined {
    return this.#deps.channel.alive ? this.#established : undefined
  }

  /** From the greeting on; deep checks look whether it is still so. */
  async #listen({ announces }: Established, anew = false): Promise<JsonObject | undefined> {
    const { channel, client, hears, lasting } = this.#deps
    const uris = lasting.uris()
    if (hears === 'nothing' || (hears === 'changes' && announces.length + uris.length === 0)) {
      return anew ? channel.listen?.(undefined) : undefined
    }
    const lists = Object.fromEntries(announces.map((name) => [`${name}ListChanged`, true]))
    const notifications = { ...lists, ...(uris.length > 0 && { resourceSubscriptions: uris }) }
    const isNew = anew || channel.listens === false
    const acknowledged = await channel.listen?.({ notifications, _meta: modernMeta(client) }, anew)
    if (!isNew || acknowledged === undefined) return acknowledged
    for (const uri of unheard(uris, acknowledged)) lasting.refused({ method: SUBSCRIBE, params: { uri } })
    return acknowledged
  }

  /** One greeting at a time; who joins one that its starter gave up starts another. */
  async #greet(options: RequestOptions): Promise<Established> {
    for (;;) {
      const joined = this.#greeting
      if (joined === undefined) return this.#startGreeting(options)
      try {
        return await unlessAborted(joined, options.signal)
      } catch (error) {
        if (options.signal.aborted || !wasGivenUp(error)) throw error
      }
    }
  }

  async #startGreeting(options: RequestOptions): Promise<Established> {
    const { channel, eras } = this.#deps
    const ordered = this.#era === undefined ? eras : [this.#era, ...eras.filter((era) => era !== this.#era)]
    this.#established = undefined
    this.#greeting = channel
      .open(options)
      .then(() => greet({ ...this.#deps, eras: ordered }, options))
      .then((greeting) => this.#restore(greeting, options))
    try {
      const greeting = await this.#greeting
      this.#established = greeting
      this.#era = greeting.identity.era
      void this.#listen(greeting)
      return greeting
    } finally {
      this.#greeting = undefined
    }
  }

  /** Sets in a new session what was set in the one before. */
  async #restore(greeting: Established, options: RequestOptions): Promise<Established> {
    if (greeting.identity.era === 'legacy') await this.#owed.restore(options)
    return greeting
  }
}

/** A client must not use these: what they want as headers cannot be said, or be trusted. */
function withoutFaultyHeaders({ items, dropped }: Listed): Listed {
  const faults = items.flatMap(({ name, definition }) => {
    const reason = paramHeaderFault(definition.inputSchema)
    return reason === undefined ? [] : [{ kind: 'tool' as const, name, reason }]
  })
  if (faults.length === 0) return { items, dropped }
  const faulty = new Set(faults.map(({ name }) => name))
  return { items: items.filter(({ name }) => !faulty.has(name)), dropped: [...dropped, ...faults] }
}

/** A server that offers a stream says so at once; the first request need not wait for one that does not. */
const LISTEN_MS = 1_000

const NO_HEADERS: ReadonlyMap<string, readonly ParamHeader[]> = new Map()
const SUBSCRIBING: ReadonlySet<string> = new Set([SUBSCRIBE, UNSUBSCRIBE])
const NOTHING = { tools: false, prompts: false, resources: false }
const EMPTY = { tools: [], dropped: [] }
const EMPTY_LIST = { items: [], dropped: [] }
/** Method not found, and unsupported revision: a modern server gave way to a legacy one. A legacy one may lack ping. */
const SAYS_OTHER_ERA = new Set([METHOD_NOT_FOUND, UNSUPPORTED_VERSION])

const otherEra = (reply: Reply, where: string, options: RequestOptions): UpstreamFault =>
  new UpstreamFault(
    'protocol',
    {
      code: 'protocol_mismatch',
      stage: options.trace?.stage ?? 'handshake',
      message: `${where} no longer speaks the revision it spoke before`,
      nextAction: 'Reload the server.',
    },
    { sessionLost: true, reply },
  )

const wasGivenUp = (error: unknown): boolean =>
  error instanceof UpstreamFault && (error.outcome === 'cancelled' || error.failure.code === 'timeout')
