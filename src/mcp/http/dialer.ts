import { promises as dns } from 'node:dns'
import net from 'node:net'
import tls from 'node:tls'
import type { Clock } from '../../core/clock.ts'
import { faultOf } from '../failures.ts'
import { type AddressPolicy, bareHost, judgeAddress } from './address-rules.ts'
import { DialAttempt, type DialOptions } from './dial-attempt.ts'

export type Address = { readonly address: string; readonly family: number }

export type DialerDeps = {
  readonly clock: Clock
  readonly addresses: AddressPolicy
  /** PEM text of further authorities to trust. */
  readonly ca: string | undefined
  /** Every address of a name; the system's resolver unless told otherwise. */
  readonly resolve?: (hostname: string) => Promise<readonly Address[]>
}

/**
 * The one way out to the network. Names are resolved and every address judged at each dial, and only judged addresses
 * are connected to, so a name that changes its mind gains nothing.
 */
export class Dialer {
  readonly #deps: DialerDeps
  readonly #resolve: (hostname: string) => Promise<readonly Address[]>
  /** Lookups under way: one that hangs takes one thread, however many servers bear that name. */
  readonly #lookups = new Map<string, Promise<readonly Address[]>>()
  /** TLS sessions by host and port, so that reconnecting costs less. */
  readonly #sessions = new Map<string, Buffer>()
  #trust: tls.SecureContext | undefined

  constructor(deps: DialerDeps) {
    this.#deps = deps
    this.#resolve = deps.resolve ?? ((hostname) => dns.lookup(hostname, { all: true }))
  }

  /**
   * A connected socket, with TLS done for https.
   * @throws UpstreamFault of stage dns, connect or tls.
   */
  async dial(url: URL, options: DialOptions): Promise<net.Socket> {
    const attempt = new DialAttempt(this.#deps.clock, options)
    try {
      const addresses = await this.#addressesOf(url, attempt, options)
      const route = this.#route(url, addresses)
      if (url.protocol !== 'https:') {
        const socket = net.connect(route)
        await attempt.happens(socket, 'connect')
        return attempt.succeeded(socket)
      }
      const secure = this.#startTls(url, route)
      await attempt.happens(secure, 'connect')
      attempt.enter('tls')
      await attempt.happens(secure, 'secureConnect')
      return attempt.succeeded(secure)
    } finally {
      attempt.end()
    }
  }

  async #addressesOf(url: URL, attempt: DialAttempt, { trust, where }: DialOptions): Promise<readonly Address[]> {
    const host = bareHost(url.hostname)
    const family = net.isIP(host)
    if (family === 0) attempt.enter('dns')
    const found = family === 0 ? await attempt.settles(this.#lookUp(host)) : [{ address: host, family }]
    attempt.enter('connect')
    const judged = found.map((at) => ({ at, judgement: judgeAddress(at.address, this.#deps.addresses, trust) }))
    const good = judged.filter(({ judgement }) => judgement.allowed).map(({ at }) => at)
    if (good.length > 0) return good
    const why = judged.flatMap(({ judgement }) => (judgement.allowed ? [] : [judgement.why]))[0] ?? 'it has no address'
    throw attempt.failed(faultOf('address_not_allowed', { stage: 'connect', where, detail: why }))
  }

  #lookUp(host: string): Promise<readonly Address[]> {
    const underWay = this.#lookups.get(host)
    if (underWay) return underWay
    const lookup = this.#resolve(host).finally(() => this.#lookups.delete(host))
    this.#lookups.set(host, lookup)
    return lookup
  }

  #route(url: URL, addresses: readonly Address[]): net.TcpNetConnectOpts {
    return {
      host: bareHost(url.hostname),
      port: portOf(url),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      lookup: (_hostname, _options, done) => done(null, addresses.slice()),
    }
  }

  #startTls(url: URL, route: net.TcpNetConnectOpts): tls.TLSSocket {
    const host = bareHost(url.hostname)
    const key = `${host}:${route.port}`
    const session = this.#sessions.get(key)
    const secure = tls.connect({
      ...route,
      ...(net.isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      secureContext: this.#context(),
      ...(session && { session }),
    })
    secure.on('session', (fresh: Buffer) => {
      if (this.#sessions.size > 10_000) this.#sessions.clear()
      this.#sessions.set(key, fresh)
    })
    return secure
  }

  /** Made once: reading all root certificates takes milliseconds. */
  #context(): tls.SecureContext {
    const { ca } = this.#deps
    this.#trust ??= tls.createSecureContext(ca === undefined ? {} : { ca: [...tls.rootCertificates, ca] })
    return this.#trust
  }
}

const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port))
