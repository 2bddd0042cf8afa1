import type { IncomingHttpHeaders } from 'node:http'
import { type ByteBudget, MemoryShare } from '../byte-budget.ts'
import type { UpstreamFault } from '../channel.ts'
import { faultOf } from '../failures.ts'
import { printable } from '../printable.ts'
import { EventStreamParser, type StreamEvent } from './event-stream.ts'
import type { AnswerReader } from './http-exchange.ts'
import { costOf, EVENT_COST } from './http-reply.ts'
import { type AnswerSite, faultOfHead, statusFault } from './http-status.ts'

type Deps = {
  readonly site: AnswerSite
  readonly memory: ByteBudget
  /** How many bytes may have come since the last request or reply. */
  readonly maxBytes: () => number
  /** May throw an UpstreamFault, which ends the stream. */
  readonly happened: (event: StreamEvent) => void
}

/** Reads the long event stream of the HTTP+SSE transport, event by event, until it ends. */
export class SseStreamReader implements AnswerReader<'ended'> {
  readonly keptBytes = 0
  readonly #deps: Deps
  readonly #events = new EventStreamParser()
  readonly #share: MemoryShare
  #received = 0

  constructor(deps: Deps) {
    this.#deps = deps
    this.#share = new MemoryShare(deps.memory)
  }

  /** Forgets the bytes counted so far: something legitimate begins or ended. */
  resetCount(): void {
    this.#received = this.#events.pendingBytes
  }

  start(status: number, headers: IncomingHttpHeaders): undefined {
    const { site } = this.#deps
    const fault = faultOfHead(status, headers, site)
    if (fault !== undefined) throw fault
    if (status >= 400) throw elsewhere(status, site)
    const type = headers['content-type'] ?? ''
    if (!/^text\/event-stream\b/i.test(type)) {
      const detail = `no event stream but content of type ${printable(site.redact(type), 50) || 'none'}`
      throw faultOf('invalid_response', { stage: site.stage, where: site.where, detail })
    }
  }

  data(piece: Buffer): undefined {
    const { site, maxBytes, happened } = this.#deps
    this.#received += costOf(piece)
    if (this.#received > maxBytes()) {
      const detail = `more than ${maxBytes()} bytes on its event stream`
      throw faultOf('response_too_large', { stage: site.stage, where: site.where, detail })
    }
    for (const event of this.#events.push(piece)) {
      this.#received += EVENT_COST
      happened(event)
    }
    this.#share.hold(this.#events.pendingBytes, site.stage)
  }

  /** Nothing more comes. */
  letGo(): void {
    this.#share.letGo()
  }

  end(): 'ended' {
    return 'ended'
  }
}

function elsewhere(status: number, site: AnswerSite): UpstreamFault {
  if (status !== 404 && status !== 405) return statusFault(status, site)
  return faultOf('http_status', {
    stage: site.stage,
    where: site.where,
    detail: `${status}`,
    httpStatus: status,
    nextAction:
      'Correct the path of the URL; if this server speaks streamable HTTP, set its protocol to http-streamable.',
  })
}
