import { onTestFinished } from 'vitest'
import { UpstreamFault } from '../../src/mcp/channel.ts'
import type { AddressPolicy, Trust } from '../../src/mcp/http/address-rules.ts'
import { Dialer, type DialerDeps } from '../../src/mcp/http/dialer.ts'
import { StageTrace } from '../../src/mcp/stage-trace.ts'
import { systemClock } from '../../src/server/system-clock.ts'

export const LOCAL: AddressPolicy = { allowLoopback: true, allow: [], deny: [] }

type Try = { readonly trust?: Trust; readonly signal?: AbortSignal; readonly dialer?: Dialer }

export const dialerWith = (over: Partial<DialerDeps>): Dialer =>
  new Dialer({ clock: systemClock, addresses: LOCAL, ca: undefined, ...over })

/** Dials once: how it ended, and the stages on the way. */
export function dialling(url: string, over: Partial<DialerDeps> = {}, more: Try = {}) {
  const { trust = 'admin', signal, dialer = dialerWith(over) } = more
  const clock = over.clock ?? systemClock
  const trace = new StageTrace(clock, 'connect')
  const options = { trust, where: 'there', trace, signal: signal ?? new AbortController().signal }
  const ended = dialer.dial(new URL(url), options).then(
    (socket) => {
      onTestFinished(() => void socket.destroy())
      return { socket, fault: undefined }
    },
    (fault: unknown) => {
      if (!(fault instanceof UpstreamFault)) throw fault
      return { socket: undefined, fault }
    },
  )
  return { ended, trace, stages: () => trace.results.map(({ stage, ok }) => `${stage} ${ok ? 'ok' : 'failed'}`) }
}
