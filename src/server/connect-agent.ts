import type { Readable, Writable } from 'node:stream'
import { Bridge } from '../mcp/bridge/bridge.ts'

type Options = {
  /** Of the gateway's endpoint. */
  readonly url: string
  readonly token: string | undefined
  /** Where the client writes, and reads. */
  readonly input: Readable
  readonly out: Writable
  readonly tell: (line: string) => void
  readonly signal: AbortSignal
}

/** Connects a client that speaks over pipes to the gateway, until the client leaves. */
export const connectAgent = ({ out, ...rest }: Options): Promise<void> =>
  new Bridge({
    ...rest,
    send: (line) =>
      new Promise((resolve) => {
        if (out.write(`${line}\n`)) resolve()
        else out.once('drain', resolve)
      }),
  }).run()
